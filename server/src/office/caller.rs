//! Who sent a request to the office, and how pages are drawn for them.

use std::convert::Infallible;

use app::office::{Desk, OfficeFault, Sheet, document};
use axum::{
    body::Body,
    extract::{FromRequestParts, Request},
    http::{HeaderMap, Method, StatusCode, Uri, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use leptos::prelude::provide_context;
use wire::learner::Lang;

use crate::{
    storage::{StorageError, Visitor},
    web::{declare_policy, lang_of_page, unavailable},
};

/// Who sent it, from which page.
#[derive(Clone, Debug)]
pub struct Caller {
    /// Whom the cookie names.
    pub visitor: Option<Visitor>,
    /// Language of the page.
    pub lang: Lang,
    /// The address.
    pub uri: Uri,
    /// The headers.
    pub headers: HeaderMap,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            visitor: parts.extensions.get::<Visitor>().cloned(),
            lang: lang_of_page(&parts.uri, &parts.headers),
            uri: parts.uri.clone(),
            headers: parts.headers.clone(),
        })
    }
}

/// What a handler answers: a page, or why there is none.
pub type Page = Result<Response, Refusal>;

/// Why a request was not answered with what it asked for.
#[derive(Debug)]
pub enum Refusal {
    /// The sender can mend it; the sheet is the form as they sent it.
    Fault(OfficeFault, Box<Sheet>),
    /// The database.
    Storage(StorageError),
}

impl From<StorageError> for Refusal {
    fn from(error: StorageError) -> Self {
        Refusal::Storage(error)
    }
}

impl From<OfficeFault> for Refusal {
    fn from(fault: OfficeFault) -> Self {
        Refusal::Fault(fault.clone(), Box::new(Sheet::Refused(fault)))
    }
}

impl Caller {
    /// Their id; empty for strangers, whom no row belongs to.
    pub fn id(&self) -> &str {
        self.visitor.as_ref().map_or("", |v| &v.id)
    }

    /// Their name.
    pub fn name(&self) -> &str {
        self.visitor.as_ref().map_or("", |v| &v.name)
    }

    /// A page, drawn.
    pub async fn page(&self, sheet: Sheet) -> Response {
        self.draw(StatusCode::OK, None, sheet).await
    }

    /// What came of a handler.
    pub async fn answer(&self, page: Page) -> Response {
        match page {
            Ok(response) => response,
            Err(Refusal::Storage(error)) => unavailable(error),
            Err(Refusal::Fault(fault, sheet)) => {
                let status = StatusCode::from_u16(fault.status()).unwrap_or(StatusCode::BAD_REQUEST);
                self.draw(status, Some(fault), *sheet).await
            }
        }
    }

    /// To another page of ours after a form was taken, which says that it was.
    pub fn done(&self, path: &str) -> Response {
        Redirect::to(&format!("/{}{path}?done=1", self.lang)).into_response()
    }

    async fn draw(&self, status: StatusCode, fault: Option<OfficeFault>, sheet: Sheet) -> Response {
        let query = self.uri.query().unwrap_or_default();
        let desk = Desk {
            lang: self.lang,
            name: self.name().to_owned(),
            role: self.visitor.as_ref().map(|v| v.role).unwrap_or_default(),
            done: fault.is_none() && query.split('&').any(|pair| pair == "done=1"),
            fault: fault.filter(|_| !matches!(sheet, Sheet::Refused(_))),
        };
        let draw = leptos_axum::render_app_async_with_context(
            || provide_context(()),
            move || {
                declare_policy();
                document(desk.clone(), sheet.clone())
            },
        );
        let mut request = Request::new(Body::empty());
        *request.method_mut() = Method::GET;
        *request.uri_mut() = self.uri.clone();
        *request.headers_mut() = self.headers.clone();
        let mut response = draw(request).await;
        *response.status_mut() = status;
        response.headers_mut().insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
        response
    }
}

/// A refusal as a page.
pub async fn refused(caller: &Caller, fault: OfficeFault) -> Response {
    caller.answer(Err(fault.into())).await
}
