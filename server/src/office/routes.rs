//! All routes of the office and what each needs. There is no other way to a handler.

use axum::{
    Router,
    http::Method,
    middleware,
    routing::{MethodRouter, get, post},
};
use wire::learner::Lang;

use super::{
    access::{Guard, Need, check},
    account, api, attempt, board, class, classes, insight, key, live, people, sign_in, tokens,
};
use crate::web::Web;

/// A route.
pub struct Route {
    /// Method; the tests ask each route by it.
    #[cfg_attr(not(test), expect(dead_code))]
    pub method: Method,
    /// Path behind the language, or whole where there is none.
    pub path: &'static str,
    /// Does a language stand before the path?
    pub is_page: bool,
    /// Who may.
    pub need: Need,
    handler: fn() -> MethodRouter<Web>,
}

macro_rules! table {
    ($($method:ident $path:literal $page:literal $need:ident => $handler:path;)*) => {
        /// Every route of the office.
        pub static TABLE: &[Route] = &[$(Route {
            method: table!(@$method), path: $path, is_page: $page, need: Need::$need, handler: || $method($handler),
        }),*];
    };
    (@get) => { Method::GET };
    (@post) => { Method::POST };
}

table! {
    get "/account" true Nothing => account::show;
    post "/account/keep" true Nothing => account::keep;
    post "/account/sign-out" true Learner => account::sign_out;
    post "/account/password" true Account => account::password;
    post "/account/sessions" true Account => account::sessions;
    get "/account/download" true Learner => account::download;
    post "/account/delete" true Learner => account::delete;
    post "/account/tokens" true Account => tokens::make;
    post "/account/tokens/end" true Account => tokens::end;
    get "/api" true Nothing => api::show;
    get "/sign-in" true Nothing => sign_in::show;
    post "/sign-in" true Nothing => sign_in::sign_in;
    get "/key" true Nothing => key::show;
    post "/key" true Nothing => key::use_key;
    get "/people" true Admin => people::show;
    post "/people/role" true Admin => people::role;
    get "/classes" true Nothing => classes::show;
    post "/classes" true Instructor => classes::make;
    post "/join" true Account => classes::join;
    get "/classes/{class}" true Member => class::show;
    post "/classes/{class}/leave" true Member => class::leave;
    post "/classes/{class}/settings" true Leader => class::settings;
    post "/classes/{class}/code" true Leader => class::code;
    post "/classes/{class}/assign" true Leader => class::assign;
    post "/classes/{class}/unassign" true Leader => class::unassign;
    post "/classes/{class}/staff" true Leader => class::staff;
    post "/classes/{class}/remove" true Leader => class::remove;
    get "/classes/{class}/lessons/{lesson}" true Judge => board::show;
    get "/classes/{class}/lessons/{lesson}/insight" true Leader => insight::show;
    get "/classes/{class}/lessons/{lesson}/insight.json" true Leader => insight::json;
    get "/classes/{class}/lessons/{lesson}/live" false Judge => live::live;
    get "/attempts/{sandbox}/{run}" true JudgeOfAttempt => attempt::show;
    post "/attempts/{sandbox}/{run}/judge" true JudgeOfAttempt => attempt::judge;
    post "/attempts/{sandbox}/{run}/copy" true JudgeOfAttempt => attempt::copy;
}

/// The office, whose requests have to bring their visitor along.
pub fn router(web: &Web) -> Router<Web> {
    let mut router = Router::new();
    for route in TABLE {
        for path in route.paths() {
            let guard = Guard { web: web.clone(), need: route.need };
            router =
                router.route(&path, (route.handler)().layer(middleware::from_fn_with_state(guard, check)));
        }
    }
    router
}

impl Route {
    /// Its whole paths.
    pub fn paths(&self) -> Vec<String> {
        match self.is_page {
            true => Lang::ALL.iter().map(|lang| format!("/{lang}{}", self.path)).collect(),
            false => vec![self.path.to_owned()],
        }
    }
}
