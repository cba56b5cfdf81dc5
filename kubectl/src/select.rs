//! Which objects a command line means: `pods`, `po,svc`, `pod a b`, `deploy/web svc/web`, `all`.
//!
//! Models cli-runtime's resource builder.

use serde_json::Value;

use crate::{
    discovery::{self, Resource},
    fail::{Done, Fail},
    flags::Flags,
    http::{Cx, JSON, query},
    manifest,
    output::typed_items,
};

/// One thing asked for.
#[derive(Clone, Debug)]
pub enum Ask {
    /// All objects of a resource that the selectors let through.
    List(Resource),
    /// One object.
    Named(Resource, String),
}

impl Ask {
    /// Its resource.
    pub fn resource(&self) -> &Resource {
        match self {
            Self::List(resource) | Self::Named(resource, _) => resource,
        }
    }
}

/// An object with its resource.
#[derive(Clone, Debug)]
pub struct Found {
    /// Its resource.
    pub resource: Resource,
    /// Namespace, none for cluster-scoped kinds.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// The object.
    pub object: Value,
    /// The file it was read from, as messages name it; empty where it comes from the cluster.
    pub source: String,
}

impl Found {
    /// Where it lives.
    pub fn url(&self) -> String {
        self.resource.url(self.namespace.as_deref(), &self.name)
    }

    /// Takes the name that the object has now: the server gives one where there is only `generateName`.
    pub fn rename(&mut self) {
        self.name = crate::output::text(&self.object, "/metadata/name").to_owned();
    }

    /// `deployment.apps/web`.
    pub fn title(&self) -> String {
        format!("{}/{}", self.resource.kind_group(), self.name)
    }

    /// What the server says of a name that is not there.
    pub fn not_found(&self) -> Fail {
        Fail::not_found(format!("{} {:?} not found", self.resource.plural_group(), self.name))
    }

    /// `deployment.apps "web"`.
    pub fn quoted(&self) -> String {
        format!("{} {:?}", self.resource.kind_group(), self.name)
    }
}

/// What verbs say where no resource is given.
pub const NOTHING_GIVEN: &str = "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'";

/// What is wrong with a line that names no resource.
pub fn nothing_given(flags: &Flags) -> Fail {
    let selects =
        flags.on("all") || ["selector", "field-selector"].iter().any(|flag| !flags.text(flag).is_empty());
    Fail::error(if selects {
        "at least one resource must be specified to use a selector"
    } else {
        NOTHING_GIVEN
    })
}

/// Refuses `--all` beside a selector.
///
/// # Errors
/// kubectl's words.
pub fn all_or_some(flags: &Flags) -> Done {
    let selects = ["selector", "field-selector"].iter().any(|flag| !flags.text(flag).trim().is_empty());
    if flags.on("all") && selects {
        return Err(Fail::error("setting 'all' parameter but found a non empty selector. "));
    }
    Ok(())
}

/// The namespace of the line, else of the context.
pub fn namespace(cx: &Cx<'_>, flags: &Flags) -> String {
    let given = flags.get("namespace").filter(|name| !name.is_empty());
    given.map_or_else(|| cx.kubectl.config.namespace(), str::to_owned)
}

/// The namespace to look in; none for all.
pub fn scope(cx: &Cx<'_>, flags: &Flags) -> Option<String> {
    if flags.on("all-namespaces") { None } else { Some(namespace(cx, flags)) }
}

/// Reads the arguments as resources.
///
/// # Errors
/// kubectl's words for mixtures it does not take and for types that the server does not have.
pub async fn asks(cx: &mut Cx<'_>, args: &[String]) -> Done<Vec<Ask>> {
    if args.iter().any(|arg| arg.contains('/')) {
        return tuples(cx, args).await;
    }
    let Some((types, names)) = args.split_first() else { return Ok(Vec::new()) };
    if types.contains(',') && !names.is_empty() {
        let pairs = types.split(',').flat_map(|kind| names.iter().map(move |name| format!("{kind}/{name}")));
        return tuples(cx, &pairs.collect::<Vec<_>>()).await;
    }
    let mut resources: Vec<Resource> = Vec::new();
    for name in types.split(',') {
        let catalog = discovery::catalog(cx).await?;
        let members = catalog.category(name);
        if members.is_empty() {
            let found = discovery::find(cx, name).await?;
            if !resources.contains(&found) {
                resources.push(found);
            }
        } else {
            resources
                .extend(members.into_iter().filter(|it| it.verbs.iter().any(|verb| verb == "list")).cloned());
        }
    }
    if names.is_empty() {
        return Ok(resources.into_iter().map(Ask::List).collect());
    }
    match resources.as_slice() {
        [one] => Ok(names.iter().map(|name| Ask::Named(one.clone(), name.clone())).collect()),
        _ => Err(Fail::error("you must specify only one resource")),
    }
}

async fn tuples(cx: &mut Cx<'_>, args: &[String]) -> Done<Vec<Ask>> {
    let mut asks = Vec::new();
    for arg in args {
        let Some((kind, name)) = arg.split_once('/') else {
            return Err(Fail::error(
                "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
            ));
        };
        if name.contains('/') {
            return Err(Fail::error("arguments in resource/name form may not have more than one slash"));
        }
        if kind.is_empty() || name.is_empty() || kind.contains(',') {
            return Err(Fail::error("arguments in resource/name form must have a single resource and name"));
        }
        asks.push(Ask::Named(discovery::find(cx, kind).await?, name.to_owned()));
    }
    Ok(asks)
}

/// Refuses names beside selectors, and names across all namespaces.
///
/// # Errors
/// kubectl's words for the mixture.
pub fn refuse_mixture(flags: &Flags, args: &[String], asks: &[Ask]) -> Done {
    let named = asks.iter().find(|ask| matches!(ask, Ask::Named(..)));
    let Some(named) = named else {
        let sub = !flags.text("subresource").is_empty();
        let bulk = Err(Fail::error("subresource cannot be used when bulk resources are specified"));
        return if sub { bulk } else { Ok(()) };
    };
    let selects = ["selector", "field-selector"].iter().any(|flag| !flags.text(flag).trim().is_empty());
    if selects {
        return Err(Fail::error(if args.iter().any(|arg| arg.contains('/') || arg.contains(',')) {
            "selectors and the all flag cannot be used when passing resource/name arguments"
        } else {
            "name cannot be provided when a selector is specified"
        }));
    }
    if flags.on("all-namespaces") && named.resource().namespaced {
        return Err(Fail::error("a resource cannot be retrieved by name across all namespaces"));
    }
    Ok(())
}

/// The list URL of a resource with the selectors of the line.
pub fn list_url(
    resource: &Resource,
    namespace: Option<&str>,
    flags: &Flags,
    more: &[(&str, &str)],
) -> String {
    let mut pairs = Vec::new();
    if let Some(selector) = flags.get("field-selector").filter(|text| !text.is_empty()) {
        pairs.push(("fieldSelector", selector));
    }
    if let Some(selector) = flags.get("selector").filter(|text| !text.is_empty()) {
        pairs.push(("labelSelector", selector));
    }
    pairs.extend_from_slice(more);
    format!("{}{}", resource.url(namespace, ""), query(&pairs))
}

/// The objects that a changing verb is about, fetched. Needs `-f`, names, `-l`, `--field-selector` or `--all`.
///
/// # Errors
/// kubectl's words for a line that names nothing; what the server says.
pub async fn objects(cx: &mut Cx<'_>, flags: &Flags, args: &[String]) -> Done<Vec<Found>> {
    let (found, fails) = each(cx, flags, args).await?;
    Fail::all(fails)?;
    Ok(found)
}

/// Like [`objects`], but goes on where something cannot be fetched: what was found, and what failed.
///
/// # Errors
/// What makes the line as a whole impossible.
pub async fn each(cx: &mut Cx<'_>, flags: &Flags, args: &[String]) -> Done<(Vec<Found>, Vec<Fail>)> {
    if flags.get("filename").is_some() {
        return latest(cx, flags, args).await;
    }
    let (mut found, mut fails) = (Vec::new(), Vec::new());
    for ask in needed(cx, flags, args).await? {
        match fetch(cx, flags, &ask).await {
            Ok(more) => found.extend(more),
            Err(fail @ Fail::Status(_)) => fails.push(fail),
            Err(fail) => return Err(fail),
        }
    }
    Ok((found, fails))
}

/// Whether a line can only mean one object.
pub fn is_single(flags: &Flags, args: &[String]) -> bool {
    let files = flags.list("filename");
    match (files.as_slice(), args) {
        ([file], []) => file != "-" && !flags.on("recursive"),
        ([], [tuple]) => tuple.contains('/') && !tuple.contains(','),
        ([], [kind, _]) => !kind.contains([',', '/']),
        _ => false,
    }
}

/// The objects that the files of `-f` name, as they are in the cluster now, and what failed.
///
/// # Errors
/// What makes the line as a whole impossible.
pub async fn latest(cx: &mut Cx<'_>, flags: &Flags, args: &[String]) -> Done<(Vec<Found>, Vec<Fail>)> {
    let read = manifest::read(cx, flags, "Ignore").await?;
    alone(args)?;
    let mut fails = read.fails;
    let mut found = Vec::new();
    for mut it in read.found {
        match named(cx, it.namespace.as_deref(), &it.url(), JSON).await {
            Ok(object) => {
                it.object = object;
                found.push(it);
            }
            Err(fail) => fails.push(fail),
        }
    }
    Ok((found, fails))
}

/// GETs one object. Where there is none, kubectl looks whether its namespace is there at all.
///
/// # Errors
/// What the server says of the object, or of the namespace.
pub async fn named(cx: &mut Cx<'_>, namespace: Option<&str>, url: &str, accept: &str) -> Done<Value> {
    let missing = match cx.send(http::Method::GET, url, accept, None).await {
        Err(fail) if fail.is_not_found() => fail,
        other => return other,
    };
    if let Some(namespace) = namespace.filter(|namespace| *namespace != "default")
        && let Err(fail) = cx.get(&format!("/api/v1/namespaces/{}", crate::http::escape(namespace))).await
        && fail.is_not_found()
    {
        return Err(fail);
    }
    Err(missing)
}

/// Refuses arguments beside `-f`.
///
/// # Errors
/// kubectl's words for the kind of argument there is.
pub fn alone(args: &[String]) -> Done {
    Err(Fail::error(match args {
        [] => return Ok(()),
        args if args.iter().all(|arg| arg.contains('/')) => {
            "resource/name arguments cannot be provided when a path is specified"
        }
        _ => {
            "when paths, URLs, or stdin is provided as input, you may not specify resource arguments as well"
        }
    }))
}

/// Reads the arguments as resources; there must be some.
///
/// # Errors
/// Those of [`asks`] and of [`refuse_mixture`], and kubectl's words for a line that names nothing.
pub async fn needed(cx: &mut Cx<'_>, flags: &Flags, args: &[String]) -> Done<Vec<Ask>> {
    let asks = asks(cx, args).await?;
    if asks.is_empty() {
        return Err(nothing_given(flags));
    }
    refuse_mixture(flags, args, &asks)?;
    Ok(asks)
}

/// The one object that a line means which names a pod, or `TYPE/NAME`, or TYPE and NAME.
///
/// # Errors
/// What the server says.
pub async fn one_or_pod(cx: &mut Cx<'_>, flags: &Flags, args: &[String]) -> Done<Found> {
    let args = if args.len() == 1 { of_type("pods", args) } else { args.to_vec() };
    let mut found = objects(cx, flags, &args).await?;
    if found.len() == 1 { Ok(found.remove(0)) } else { Err(Fail::error("expected a resource")) }
}

/// Names of one type, of which some may say another: `pods/web` of `web`, and `deploy/web` as it is.
pub fn of_type(plural: &str, names: &[String]) -> Vec<String> {
    let typed = |name: &String| if name.contains('/') { name.clone() } else { format!("{plural}/{name}") };
    names.iter().map(typed).collect()
}

/// What one ask finds.
pub async fn fetch(cx: &mut Cx<'_>, flags: &Flags, ask: &Ask) -> Done<Vec<Found>> {
    let scope = scope(cx, flags);
    match ask {
        Ask::Named(resource, name) => {
            let namespace = resource.namespaced.then(|| namespace(cx, flags));
            let url = resource.url(namespace.as_deref(), name);
            let object = named(cx, namespace.as_deref(), &url, JSON).await?;
            let source = String::new();
            Ok(vec![Found { resource: resource.clone(), namespace, name: name.clone(), object, source }])
        }
        Ask::List(resource) => {
            let selected = ["selector", "field-selector"].iter().any(|flag| flags.get(flag).is_some());
            if !selected && !flags.on("all") {
                return Err(Fail::error("resource(s) were provided, but no name was specified"));
            }
            let url = list_url(resource, scope.as_deref(), flags, &[]);
            let list = get_list(cx, flags, resource, &url, JSON).await?;
            Ok(typed_items(&list).into_iter().map(|object| found(resource, object)).collect())
        }
    }
}

/// An object of a list, with where it lives.
pub fn found(resource: &Resource, object: Value) -> Found {
    let part = |pointer| crate::output::text(&object, pointer).to_owned();
    let namespace = Some(part("/metadata/namespace")).filter(|text| resource.namespaced && !text.is_empty());
    Found {
        resource: resource.clone(),
        namespace,
        name: part("/metadata/name"),
        object,
        source: String::new(),
    }
}

/// GETs a list; errors are worded as cli-runtime does.
pub async fn get_list(
    cx: &mut Cx<'_>,
    flags: &Flags,
    resource: &Resource,
    url: &str,
    accept: &str,
) -> Done<Value> {
    let (labels, fields) = (flags.text("selector"), flags.text("field-selector"));
    let selectors = (!labels.is_empty() || !fields.is_empty()).then_some((labels, fields));
    let title = format!("{}/{}, Resource={}", resource.group, resource.version, resource.plural);
    let answer = cx.list_as(url, accept).await;
    answer.map_err(|fail| fail.listing(&title, &resource.plural_group(), selectors))
}
