//! Questions in the shape of objects: who am I, may I, may they, is this token good; and tokens themselves. Nothing is
//! stored, so they are no part of the journal. Models the REST storages of `authentication.k8s.io` and
//! `authorization.k8s.io`, and `TokenREST` of service accounts. Omits: selectors in `resourceAttributes`.

use super::{
    Call, body, json_body,
    options::write_options,
    route::{Sub, Target},
};
use crate::{
    api::{
        Api,
        access::{self, Ask, What, token},
    },
    json::Json,
    object::{Key, Object},
    request::{Body, Request},
    resources::{self, NODE, POD, Resource, SECRET, SERVICE_ACCOUNT},
    status::{FieldError, Status},
    user::User,
};

const SECONDS: i64 = 3600;
const SECONDS_MIN: i64 = 600;
const SECONDS_MAX: i64 = 1 << 32;

/// Is the request one of those that only ask?
pub fn is_question(request: &Request) -> bool {
    let path = request.path();
    if request.method != "POST" || !(path.ends_with("reviews") || path.ends_with("/token")) {
        return false;
    }
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    match (parts.next(), parts.next()) {
        (Some("apis"), Some("authentication.k8s.io" | "authorization.k8s.io")) => true,
        (Some("api"), Some("v1")) => parts.nth(2) == Some("serviceaccounts") && parts.nth(1) == Some("token"),
        _ => false,
    }
}

/// Answers a question.
///
/// # Errors
/// What is wrong with it.
pub fn answer(api: &Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let (_, validation) = write_options(call.query, "CreateOptions")?;
    if target.sub == Sub::Token {
        return request_token(api, call, target);
    }
    let (mut review, warnings) =
        body::object(call.request, api.kinds(), target.resource.def().into(), validation)?;
    let user = &call.request.user;
    review.remove("status");
    let status = match target.resource {
        resources::SELF_SUBJECT_REVIEW => {
            review["metadata"].set("creationTimestamp", api.now());
            Json::object().with("userInfo", user_info(user))
        }
        resources::TOKEN_REVIEW => review_token(api, &review)?,
        resources::SELF_SUBJECT_RULES_REVIEW => {
            let namespace = review["spec"]["namespace"].text().to_owned();
            if namespace.is_empty() {
                return Err(Status::bad_request("no namespace on request"));
            }
            review.set("spec", Json::object());
            rules(api, user, &namespace)
        }
        resources::SELF_SUBJECT_ACCESS_REVIEW => {
            check_spec(target, &review, Vec::new())?;
            decision(api, user, &review["spec"])
        }
        _ => access_of_another(api, target, &mut review)?,
    };
    if review["metadata"]["creationTimestamp"].is_null() {
        review["metadata"].map_mut().insert("creationTimestamp", Json::Null);
    }
    review.set("status", status);
    Ok(Body { warnings, ..json_body(201, &review.0) })
}

fn access_of_another(api: &Api, target: &Target, review: &mut Object) -> Result<Json, Status> {
    let spec = &review["spec"];
    let mut errors = Vec::new();
    if spec["user"].is_empty() && spec["groups"].is_empty() {
        let why = "at least one of user or group must be specified";
        errors.push(FieldError::invalid("spec.user", &spec["user"].text().into(), why));
    }
    if target.resource == resources::LOCAL_SUBJECT_ACCESS_REVIEW {
        let (asked, own) = (spec["resourceAttributes"]["namespace"].text(), target.namespace.as_str());
        if !spec["nonResourceAttributes"].is_null() {
            let why = "disallowed on this kind of request";
            let value = &spec["nonResourceAttributes"];
            errors.push(FieldError::invalid("spec.nonResourceAttributes", value, why));
        }
        if !spec["resourceAttributes"].is_null() && asked != own {
            let why = "must match metadata.namespace";
            errors.push(FieldError::invalid("spec.resourceAttributes.namespace", &asked.into(), why));
        }
    }
    check_spec(target, review, errors)?;
    let spec = &review["spec"];
    let user = User {
        name: spec["user"].text().into(),
        uid: spec["uid"].text().into(),
        groups: spec["groups"].list().iter().filter_map(|g| g.eco().cloned()).collect(),
        ..User::default()
    };
    let status = decision(api, &user, spec);
    if target.resource == resources::LOCAL_SUBJECT_ACCESS_REVIEW {
        review["metadata"].set("namespace", target.namespace.as_str());
    }
    Ok(status)
}

/// Exactly one thing must be asked about.
fn check_spec(target: &Target, review: &Object, mut errors: Vec<FieldError>) -> Result<(), Status> {
    let spec = &review["spec"];
    let (resource, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    if !resource.is_null() && !path.is_null() {
        let why = "cannot be specified in combination with resourceAttributes";
        errors.push(FieldError::invalid("spec.nonResourceAttributes", path, why));
    }
    if resource.is_null() && path.is_null() {
        let why = "exactly one of nonResourceAttributes or resourceAttributes must be specified";
        errors.push(FieldError::invalid("spec.resourceAttributes", &Json::Null, why));
    }
    if errors.is_empty() {
        return Ok(());
    }
    Err(Status::invalid(target.resource.def(), "", &errors))
}

fn decision(api: &Api, user: &User, spec: &Json) -> Json {
    let (of, path) = (&spec["resourceAttributes"], &spec["nonResourceAttributes"]);
    let what = if of.is_null() {
        What::Path(path["path"].text().into())
    } else {
        What::Resource {
            group: of["group"].text().into(),
            resource: of["resource"].text().into(),
            sub: of["subresource"].text().into(),
            namespace: of["namespace"].text().into(),
            name: of["name"].text().into(),
        }
    };
    let verb = if of.is_null() { path } else { of }["verb"].text();
    let decision = access::decide(api, user, &Ask { verb: verb.into(), what });
    let mut status = Json::object().with("allowed", decision.allowed);
    status.set("reason", Some(decision.reason).filter(|r| !r.is_empty()));
    status
}

/// What holds for a user in a namespace.
fn rules(api: &Api, user: &User, namespace: &str) -> Json {
    let (mut resources, mut paths) = (Vec::new(), Vec::new());
    let pick = |rule: &Json, fields: &[&str]| {
        fields.iter().fold(Json::object(), |picked, field| picked.with(field, rule[*field].clone()))
    };
    for rule in access::rules_for(api, user, namespace) {
        if !rule["resources"].is_empty() {
            resources.push(pick(&rule, &["verbs", "apiGroups", "resources", "resourceNames"]));
        }
        if !rule["nonResourceURLs"].is_empty() {
            paths.push(pick(&rule, &["verbs", "nonResourceURLs"]));
        }
    }
    let mut status = Json::object().with("incomplete", false);
    status.set("resourceRules", resources);
    status.set("nonResourceRules", paths);
    status
}

fn user_info(user: &User) -> Json {
    let texts = |list: &[ecow::EcoString]| list.iter().map(Json::from).collect::<Json>();
    let mut info = Json::object().with("username", &user.name);
    info.set("uid", Some(&user.uid).filter(|uid| !uid.is_empty()));
    info.set("groups", Some(texts(&user.groups)).filter(|g| !g.is_empty()));
    for (key, values) in &user.extra {
        info["extra"].set(key, texts(values));
    }
    info
}

fn review_token(api: &Api, review: &Object) -> Result<Json, Status> {
    let spec = &review["spec"];
    if spec["token"].is_empty() {
        return Err(Status::bad_request("token is required for TokenReview in authentication"));
    }
    Ok(match token::authenticate(api, spec["token"].text(), spec["audiences"].list(), api.now()) {
        Ok((user, audiences)) => Json::object()
            .with("authenticated", true)
            .with("user", user_info(&user))
            .with("audiences", audiences),
        Err(token::Unknown::Foreign) => Json::object().with("user", Json::object()),
        Err(why) => Json::object()
            .with("user", Json::object())
            .with("error", format!("[invalid bearer token, {why}]")),
    })
}

/// POST `serviceaccounts/NAME/token`.
fn request_token(api: &Api, call: &Call<'_>, target: &Target) -> Result<Body, Status> {
    let mut request = Object(body::parse(call.request, "TokenRequest")?);
    let account = api.get(SERVICE_ACCOUNT, &target.key())?;
    let said = request["spec"]["expirationSeconds"].int();
    let seconds = said.unwrap_or(SECONDS);
    check_seconds(&request, seconds)?;
    let spec = &mut request["spec"];
    spec.set("expirationSeconds", seconds);
    if spec["audiences"].is_empty() {
        spec.set("audiences", vec![Json::from(token::ISSUER)]);
    }
    let bound = bound_object(api, target, &request["spec"]["boundObjectRef"])?;
    let wish = token::Wish { account, audiences: &request["spec"]["audiences"], seconds, bound };
    let expires = crate::clock::Time(api.now().0.div_euclid(1000) * 1000).plus_ms(seconds * 1000);
    let status = Json::object().with("token", token::issue(api, &wish)).with("expirationTimestamp", expires);
    request.set("status", status);
    request.set("kind", "TokenRequest");
    request.set("apiVersion", "authentication.k8s.io/v1");
    let metadata = &mut request["metadata"];
    metadata.set("name", account.name());
    metadata.set("namespace", account.namespace());
    metadata.set("creationTimestamp", api.now());
    if request["spec"]["boundObjectRef"].is_null() {
        request["spec"].map_mut().insert("boundObjectRef", Json::Null);
    }
    Ok(json_body(201, &request.0))
}

fn check_seconds(request: &Object, seconds: i64) -> Result<(), Status> {
    let why = if seconds < SECONDS_MIN {
        "may not specify a duration less than 10 minutes"
    } else if seconds > SECONDS_MAX {
        "may not specify a duration larger than 2^32 seconds"
    } else {
        return Ok(());
    };
    let error = FieldError::invalid("spec.expirationSeconds", &seconds.into(), why);
    Err(Status::invalid_kind("authentication.k8s.io", "TokenRequest", request.name(), &[error]))
}

/// The object that a token goes with.
fn bound_object<'a>(
    api: &'a Api,
    target: &Target,
    reference: &Json,
) -> Result<Option<(Resource, &'a Object)>, Status> {
    if reference.is_null() {
        return Ok(None);
    }
    let (resource, namespace) = match (reference["apiVersion"].text(), reference["kind"].text()) {
        ("v1", "Pod") => (POD, target.namespace.as_str()),
        ("v1", "Secret") => (SECRET, target.namespace.as_str()),
        ("v1", "Node") => (NODE, ""),
        (version, kind) => {
            let (group, version) = version.split_once('/').unwrap_or(("", version));
            return Err(Status::bad_request(format!(
                "cannot bind token to object of type {group}/{version}, Kind={kind}"
            )));
        }
    };
    let object = api.get(resource, &Key::new(namespace, reference["name"].text()))?;
    let asked = reference["uid"].text();
    if !asked.is_empty() && asked != object.uid() {
        let why = format!(
            "the UID in the bound object reference ({asked}) does not match the UID in record. The object might have \
             been deleted and then recreated"
        );
        return Err(Status::conflict(resource.def(), object.name(), &why));
    }
    let account = target.name.as_deref().unwrap_or_default();
    if resource == POD && object["spec"]["serviceAccountName"] != account {
        return Err(Status::bad_request(format!(
            "cannot bind token for serviceaccount {account:?} to pod running with different serviceaccount name."
        )));
    }
    Ok(Some((resource, object)))
}
