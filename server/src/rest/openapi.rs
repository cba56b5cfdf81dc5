//! The routes of the API and its OpenAPI document, which are one thing.

use std::sync::LazyLock;

use axum::{
    Json, Router, middleware,
    routing::{any, get},
};
use utoipa::{
    Modify, OpenApi,
    openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme},
};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{answer, attempts, classes, lessons, problem};
use crate::web::Web;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Pilothouse",
        version = "1",
        description = "Lessons, classes, attempts and judgements. Tokens are made on the account's page; each has the scopes \
                       `read` or `read judge` and sees what its owner sees.",
        license(name = "MIT OR Apache-2.0")
    ),
    servers((url = "/api/v1")),
    security(("token" = [])),
    modifiers(&Token)
)]
struct Api;

struct Token;

impl Modify for Token {
    fn modify(&self, api: &mut utoipa::openapi::OpenApi) {
        let scheme = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = api.components.get_or_insert_with(Default::default);
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

fn routes() -> OpenApiRouter<Web> {
    OpenApiRouter::with_openapi(Api::openapi())
        .routes(routes!(lessons::list))
        .routes(routes!(lessons::show))
        .routes(routes!(classes::list))
        .routes(routes!(classes::show))
        .routes(routes!(classes::members))
        .routes(routes!(attempts::list))
        .routes(routes!(attempts::checks))
        .routes(routes!(attempts::journal))
        .routes(routes!(attempts::judgements, attempts::judge))
}

/// The OpenAPI document.
pub fn document() -> &'static utoipa::openapi::OpenApi {
    static DOCUMENT: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(|| routes().split_for_parts().1);
    &DOCUMENT
}

/// `/api/v1`.
pub fn router() -> Router<Web> {
    let (api, _) = routes().split_for_parts();
    let api = api
        .route("/openapi.json", get(async || Json(document())))
        // not a fallback: behind `/api/` stand the server functions
        .route("/{*path}", any(async || axum::http::StatusCode::NOT_FOUND))
        .layer(middleware::from_fn(answer::tagged))
        .layer(middleware::from_fn(problem::in_json));
    Router::new().nest("/api/v1", api)
}
