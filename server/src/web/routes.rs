//! All routes of the web room in one place.

use std::time::Duration;

use axum::{
    Router,
    extract::Request,
    http::Response,
    middleware,
    routing::{MethodFilter, any, get, on, post},
};
use leptos::{
    prelude::{provide_context, use_context},
    server_fn::axum::server_fn_paths,
};
use leptos_axum::{LeptosRoutes, file_and_error_handler_with_context, generate_route_list_with_exclusions};
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::{
        CompressionLayer, Predicate,
        predicate::{DefaultPredicate, NotForContentType},
    },
    services::{ServeDir, ServeFile},
    trace::TraceLayer,
};
use tracing::Span;

use super::{Learner, Web, console, csp, entry, fault, frames, guard, kubeconfig, learner, pictures};

/// Files at the root of the site folder.
const ROOT_FILES: [&str; 4] = ["/favicon.svg", "/icons.svg", "/office.js", "/robots.txt"];

/// The whole of the web room.
pub fn router(web: Web) -> Router {
    let routes = pages(&web)
        .merge(streams(&web))
        .merge(office(&web))
        .merge(crate::rest::router())
        .merge(files(&web))
        .route("/lessons/{slug}/{*file}", get(pictures::picture))
        .route("/", get(entry::front))
        .route("/healthz", get(entry::healthz))
        .route("/readyz", get(entry::readyz));
    routes
        .layer(middleware::from_fn(guard::limit_body))
        .layer(middleware::from_fn(guard::same_origin))
        .layer(CatchPanicLayer::custom(guard::on_panic))
        .layer(middleware::from_fn(fault::in_words))
        .layer(middleware::from_fn(guard::headers))
        .layer(middleware::from_fn(guard::address))
        .layer(
            TraceLayer::new_for_http()
                .make_span_with(|r: &Request| {
                    tracing::info_span!("http", method = %r.method(), path = r.uri().path(), status = tracing::field::Empty)
                })
                .on_request(())
                .on_response(|r: &Response<_>, latency: Duration, span: &Span| {
                    span.record("status", r.status().as_u16());
                    tracing::info!(latency_ms = u64::try_from(latency.as_millis()).unwrap_or(u64::MAX), "answered");
                }),
        )
        .with_state(web)
}

/// Pages, where a visitor becomes a learner, and server functions, which only know learners.
fn pages(web: &Web) -> Router<Web> {
    let context = context(web.clone());
    // Leptos would add the functions to the pages, where every caller becomes a learner.
    let apart = server_fn_paths().map(|(path, _)| path.to_owned()).chain(["/".to_owned()]);
    let list = generate_route_list_with_exclusions(app::App, Some(apart.collect()));
    let shell = {
        let options = web.leptos.clone();
        move || page(options.clone())
    };
    let known = Router::new()
        .leptos_routes_with_context(web, list, context.clone(), shell)
        .layer(middleware::from_fn_with_state(web.clone(), learner::find_or_create));
    let functions = functions(context.clone())
        .layer(middleware::from_fn(fault::of_functions))
        .layer(middleware::from_fn_with_state(web.clone(), learner::find));
    let missing = file_and_error_handler_with_context::<Web, _>(context, page);
    let missing =
        Router::new().fallback(missing).layer(middleware::from_fn_with_state(web.clone(), learner::find));
    known
        .merge(functions)
        .merge(missing)
        .layer(middleware::from_fn(csp::enforce))
        .layer(CompressionLayer::new())
}

/// The document, with its policy.
fn page(options: leptos::config::LeptosOptions) -> impl leptos::prelude::IntoView {
    csp::declare();
    app::shell(options)
}

/// Server functions, each with its method; and the answer to what is none.
fn functions(context: impl Fn() + Clone + Send + Sync + 'static) -> Router<Web> {
    let run = move |request: Request| leptos_axum::handle_server_fns_with_context(context.clone(), request);
    let known =
        server_fn_paths().filter_map(|(path, method)| Some((path, MethodFilter::try_from(method).ok()?)));
    known
        .fold(Router::new(), |router, (path, method)| router.route(path, on(method, run.clone())))
        .route("/api/{*function}", any(run))
}

/// Accounts, classes, graders: pages of their own, for whoever the table of the office lets in.
fn office(web: &Web) -> Router<Web> {
    crate::office::router(web)
        .layer(middleware::from_fn_with_state(web.clone(), learner::find))
        .layer(middleware::from_fn(csp::enforce))
        .layer(CompressionLayer::new())
}

/// What belongs to one sandbox; of others than its learner's it does not even say that it exists.
fn streams(web: &Web) -> Router<Web> {
    Router::new()
        .route("/sandboxes/{id}/frames", get(frames::frames))
        .route("/sandboxes/{id}/console", post(console::console))
        .route("/sandboxes/{id}/kubeconfig", get(kubeconfig::kubeconfig))
        .layer(middleware::from_fn_with_state(web.clone(), learner::find))
}

/// The site folder, without any look at cookies. The WebAssembly of an optimised build lies there compressed; that of
/// a developer's is so large that compressing it takes longer than the way.
fn files(web: &Web) -> Router<Web> {
    let root = std::path::Path::new(&*web.leptos.site_root);
    let pkg = ServeDir::new(root.join(&*web.leptos.site_pkg_dir)).precompressed_br().precompressed_gzip();
    let router = Router::new().nest_service(&format!("/{}", web.leptos.site_pkg_dir), pkg);
    let worth_it = DefaultPredicate::new().and(NotForContentType::const_new("application/wasm"));
    ROOT_FILES
        .into_iter()
        .fold(router, |r, path| {
            r.route_service(path, ServeFile::new(root.join(path.trim_start_matches('/'))))
        })
        .layer(CompressionLayer::new().compress_when(worth_it))
}

/// Hands the learner's backend to Leptos. Where there is no learner (a static file, an unknown address) nothing is
/// handed in.
fn context(web: Web) -> impl Fn() + Clone + Send + Sync + 'static {
    move || {
        let Some(parts) = use_context::<axum::http::request::Parts>() else { return };
        if let Some(Learner(id)) = parts.extensions.get::<Learner>() {
            let lang = fault::lang_of_page(&parts.uri, &parts.headers);
            provide_context(web.house.backend(id.clone(), lang));
        }
    }
}
