//! Everything that reads: discovery, get, list, watch. Takes the API by shared reference: reads change nothing.

use super::{
    Call,
    accept::{Accept, Shape, prefers_openapi_protobuf},
    body,
    encode::{encode, indented},
    exec, failure, health, json_body,
    list::list,
    options::{ListOptions, parse_revision},
    plain,
    query::Query,
    refused, reviews,
    route::{Route, Sub, Target},
    scale, subresources, text_body,
};
use crate::{
    api::{
        Api, discovery, openapi,
        show::shown,
        table::{Include, metadata_only, table},
        watch::{Start, View, Watch},
    },
    json::Json,
    object::Object,
    request::{Body, Reply, Request},
    resources::{self, component_status},
    selector::Fields,
    status::Status,
};

/// Answers a reading request.
pub fn read(api: &Api, request: &Request) -> Reply {
    let route = Route::parse(api.kinds(), request.path());
    if request.method == "GET"
        && matches!(route, Route::OpenApiV3Index | Route::OpenApiV3(..) | Route::OpenApiV2)
    {
        return Reply::Body(document(api, &request.accept, &route));
    }
    let query = Query::parse(request.query());
    let accept = match negotiate(request, &route) {
        Ok(accept) => accept,
        Err(status) => return refused(&status),
    };
    let call = Call { request, query: &query, accept: &accept };
    let deprecated = match &route {
        Route::Resource(target) => api.def(target.resource).warning(),
        _ => None,
    };
    match answer(api, &call, route).unwrap_or_else(|status| failure(&status)) {
        Reply::Body(body) => {
            let mut body = encode(body, &accept, &query);
            body.warnings.extend(deprecated);
            Reply::Body(body)
        }
        watch => watch,
    }
}

/// What the client takes; text is given to everybody.
fn negotiate(request: &Request, route: &Route) -> Result<Accept, Status> {
    match route {
        Route::Resource(Target { sub: Sub::Log, .. })
        | Route::Health(..)
        | Route::Root
        | Route::Metrics
        | Route::Unavailable
        | Route::Nothing => Ok(Accept::default()),
        Route::Resource(target) => Accept::parse(&request.accept, target.name.is_none() || target.watch),
        _ => Accept::parse(&request.accept, false),
    }
}

fn answer(api: &Api, call: &Call<'_>, route: Route) -> Result<Reply, Status> {
    if let Route::Resource(target) = &route
        && reviews::is_question(call.request)
    {
        return reviews::answer(api, call, target).map(Reply::Body);
    }
    if matches!(route, Route::Unavailable) {
        return Ok(Reply::Body(unavailable()));
    }
    if call.request.method != "GET" {
        return Err(match route {
            Route::Resource(target) if target.sub == Sub::Exec => {
                subresources::refusal_of_exec(api, call, &target)
            }
            Route::Resource(target) if target.sub == Sub::Absent => {
                Status::not_modelled(api.def(target.resource))
            }
            Route::Nothing | Route::NoResource => Status::no_such_path(),
            _ => Status::method_not_allowed(),
        });
    }
    let ok = |json: Json| Ok(Reply::Body(json_body(200, &json)));
    match route {
        Route::Resource(target) => resource(api, call, &target),
        Route::CoreVersions if call.accept.discovery => {
            Ok(Reply::Body(discovery::aggregated(api.kinds(), true)))
        }
        Route::Groups if call.accept.discovery => Ok(Reply::Body(discovery::aggregated(api.kinds(), false))),
        Route::CoreVersions => ok(discovery::core_versions()),
        Route::Groups => ok(discovery::groups(api.kinds())),
        Route::Group(group) => discovery::group(api.kinds(), &group).map_or(Err(Status::no_such_path()), ok),
        Route::GroupVersion(group, version) => ok(discovery::resources(api.kinds(), &group, &version)),
        Route::Version => Ok(Reply::Body(plain::version())),
        Route::Health(endpoint, check) => {
            let answer = health::answer(endpoint, &check, call.query);
            Ok(Reply::Body(answer.unwrap_or_else(|| text_body(404, "404 page not found\n"))))
        }
        Route::Root => Ok(Reply::Body(plain::root(api.kinds()))),
        Route::Metrics => Ok(Reply::Body(plain::metrics(api))),
        Route::Issuer => Ok(Reply::Body(plain::issuer())),
        Route::Keys => Ok(Reply::Body(plain::keys())),
        // Answered before.
        Route::OpenApiV3Index
        | Route::OpenApiV3(..)
        | Route::OpenApiV2
        | Route::Unavailable
        | Route::NoResource => Err(Status::no_such_path()),
        Route::Nothing => Ok(Reply::Body(text_body(404, "404 page not found\n"))),
    }
}

/// As kube-aggregator answers for a server that does not.
pub(super) fn unavailable() -> Body {
    text_body(503, "service unavailable\n")
}

/// A document of OpenAPI.
fn document(api: &Api, accept: &str, route: &Route) -> Body {
    let kinds = api.kinds();
    let (content_type, document) = match route {
        Route::OpenApiV3(name) => ("application/json", openapi::v3(kinds, name)),
        Route::OpenApiV2 if prefers_openapi_protobuf(accept) => {
            ("application/com.github.proto-openapi.spec.v2.v1.0+protobuf", Some(openapi::v2_protobuf(kinds)))
        }
        Route::OpenApiV2 => ("application/json", Some(openapi::v2(kinds))),
        _ => {
            return Body {
                content_type: "text/plain; charset=utf-8",
                ..json_body(200, &openapi::index(kinds))
            };
        }
    };
    document.map_or_else(
        // Without a word, and without a type.
        || Body { content_type: "", ..text_body(404, "") },
        |document| Body {
            code: 200,
            content_type,
            bytes: document.bytes.clone(),
            etag: document.hash.as_str().into(),
            warnings: Vec::new(),
        },
    )
}

fn resource(api: &Api, call: &Call<'_>, target: &Target) -> Result<Reply, Status> {
    let watches = target.watch || (target.name.is_none() && call.query.flag("watch") == Some(true));
    let def = api.def(target.resource);
    let verbs = def.verbs;
    let verb = if watches {
        "watch"
    } else if target.name.is_none() {
        "list"
    } else {
        "get"
    };
    if !verbs.contains(&verb) {
        return Err(Status::method_not_allowed());
    }
    match (&target.name, target.sub) {
        _ if watches => watch(api, call, target),
        (None, _) => collection(api, call, target),
        (Some(name), Sub::None) if target.resource == resources::COMPONENT_STATUS => {
            let found = component_status::all().into_iter().find(|c| c.name() == name);
            let object = found.ok_or_else(|| Status::not_found(def, name))?;
            Ok(Reply::Body(one(api, call, target, 200, &object)))
        }
        (Some(_), Sub::None) if def.built_in().is_some_and(|d| d.aggregated) => {
            let object = api.measured_one(target.resource, &target.key())?;
            Ok(Reply::Body(one(api, call, target, 200, &object)))
        }
        (Some(_), Sub::None | Sub::Status | Sub::EphemeralContainers | Sub::Resize) => {
            let object = get(api, call, target)?;
            Ok(Reply::Body(one(api, call, target, 200, object)))
        }
        (Some(_), Sub::Scale) => {
            let object = get(api, call, target)?;
            Ok(Reply::Body(json_body(200, &scale::get(def, object)?)))
        }
        (Some(_), Sub::Log) => subresources::log(api, call, target),
        (Some(_), Sub::Exec) => exec::exec(api, call, target).map(|e| Reply::Exec(Box::new(e))),
        (Some(_), Sub::Absent) => Err(Status::not_modelled(def)),
        (Some(_), Sub::Binding | Sub::Eviction | Sub::Finalize | Sub::Token) => {
            Err(Status::method_not_allowed())
        }
    }
}

fn get<'a>(api: &'a Api, call: &Call<'_>, target: &Target) -> Result<&'a Object, Status> {
    let asked = parse_revision(call.query.get("resourceVersion"))
        .map_err(|e| Status::bad_request(format!("invalid resource version: {e}")))?;
    let current = api.store().revision();
    if asked > current {
        return Err(Status::too_large_revision(asked, current));
    }
    api.get(target.resource, &target.key())
}

/// `includeObject`.
fn include(query: &Query) -> Include {
    match query.get("includeObject") {
        "None" => Include::None,
        "Object" => Include::Object,
        _ => Include::Metadata,
    }
}

/// One object in the shape that the client takes.
pub(super) fn one(api: &Api, call: &Call<'_>, target: &Target, code: u16, object: &Object) -> Body {
    let accept = call.accept;
    let shown = match accept.shape {
        Shape::Object => shown(api.def(target.resource), object).0,
        Shape::Metadata => metadata_only(object, accept.version),
        Shape::Table => {
            let mut metadata = Json::object();
            metadata.set("resourceVersion", object["metadata"]["resourceVersion"].clone());
            let how = (accept.version, include(call.query), true);
            table(api.def(target.resource), std::iter::once(object), metadata, how, api.now())
        }
    };
    body(code, &api.written_out(&shown))
}

fn collection(api: &Api, call: &Call<'_>, target: &Target) -> Result<Reply, Status> {
    let options = ListOptions::parse(call.query, api.def(target.resource), false)?;
    let listed = list(api, target, &options)?;
    Ok(Reply::Body(json_body(200, &list_json(api, call, target, &listed))))
}

/// A list in the shape that the client takes.
pub(super) fn list_json(api: &Api, call: &Call<'_>, target: &Target, listed: &super::list::Listed) -> Json {
    let (def, accept) = (api.def(target.resource), call.accept);
    let objects = listed.objects.iter();
    if accept.shape == Shape::Table {
        let how = (accept.version, include(call.query), true);
        return table(def, objects, listed.metadata(), how, api.now());
    }
    let metadata = accept.shape == Shape::Metadata;
    let item = |o: &Object| {
        if metadata {
            return metadata_only(o, accept.version);
        }
        let mut item = shown(def, o).0;
        // Lists of built-in kinds leave the items' kind to the list's; those of custom resources do not.
        if !def.is_custom() {
            item.remove("kind");
            item.remove("apiVersion");
        }
        item
    };
    let mut l = Json::object();
    let (kind, api_version) = if metadata {
        ("PartialObjectMetadataList".to_owned(), format!("meta.k8s.io/{}", accept.version))
    } else {
        (def.list_kind(), def.api_version())
    };
    l.set("kind", kind);
    l.set("apiVersion", api_version);
    l.set("metadata", listed.metadata());
    l.set("items", objects.map(item).collect::<Json>());
    l
}

fn watch(api: &Api, call: &Call<'_>, target: &Target) -> Result<Reply, Status> {
    let mut options = ListOptions::parse(call.query, api.def(target.resource), true)?;
    let asked = options.revision().map_err(Status::plain_error)?;
    if let Some(name) = &target.name {
        options.fields = Fields::name(name);
    }
    let view = View {
        namespace: target.namespace.clone(),
        labels: options.labels,
        fields: options.fields,
        table: (call.accept.shape == Shape::Table).then(|| include(call.query)),
        metadata_only: call.accept.shape == Shape::Metadata,
        version: call.accept.version,
    };
    let start = if asked == 0 { Start::Initial } else { Start::From(asked) };
    let watch = Watch::new(api, target.resource, view, start, options.bookmarks, options.timeout_s);
    Ok(Reply::Watch(Box::new(watch)))
}

/// Is the answer for a person's eyes? Models `isPrettyPrint`: who asks for it, or a browser or curl that does not.
pub fn is_for_eyes(request: &Request) -> bool {
    let said = Query::parse(request.query()).flag("pretty");
    said.unwrap_or_else(|| {
        ["curl", "Wget", "Mozilla/5.0"].iter().any(|who| request.user_agent.starts_with(who))
    })
}

/// The same JSON over many lines.
pub fn pretty(body: Body) -> Body {
    if body.content_type != "application/json" || !body.etag.is_empty() {
        return body;
    }
    indented(body)
}
