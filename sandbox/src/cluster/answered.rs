//! Requests that commands in containers made, as the journal keeps them: a container answered so many. The only entries that are no
//! request of a client; they change what containers have used, and no object.

use bytes::Bytes;

use super::Cluster;
use crate::{
    object::Key,
    origin,
    request::{Body, Reply, Request},
    user::User,
};

const PATH: &str = "/answered/";

/// A container has answered requests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its pod.
    pub pod: Key,
    /// Its name.
    pub container: String,
    /// How many.
    pub count: u64,
}

impl Answered {
    /// As an entry of the journal.
    pub fn entry(&self) -> Request {
        let Self { pod, container, count } = self;
        Request {
            user: origin::WORLD.into(),
            method: "POST".into(),
            uri: format!("{PATH}{}/{}/{container}/{count}", pod.namespace, pod.name),
            ..Request::default()
        }
    }

    /// Only by the world itself, which no client is: all of them, also who acts as another, belong to a group.
    fn parse(request: &Request) -> Option<Self> {
        if request.user != User::from(origin::WORLD) {
            return None;
        }
        let parts: Vec<&str> = request.uri.strip_prefix(PATH)?.split('/').collect();
        let [namespace, pod, container, count] = parts[..] else { return None };
        Some(Self { pod: Key::new(namespace, pod), container: container.into(), count: count.parse().ok()? })
    }
}

impl Cluster {
    /// Does what such an entry says; `None` if it is none.
    pub(crate) fn take_answered(&mut self, request: &Request) -> Option<Reply> {
        let Answered { pod, container, count } = Answered::parse(request)?;
        let now = self.now();
        self.network.answered(&pod, &container, count, now);
        let body = Body {
            code: 200,
            content_type: "application/json",
            bytes: Bytes::from_static(b"{}"),
            etag: ecow::EcoString::new(),
            warnings: Vec::new(),
        };
        Some(Reply::Body(body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_read_as_it_was_written() {
        let said = Answered { pod: Key::new("shop", "web-0"), container: "nginx".into(), count: 7 };
        assert!(said.entry().is_mutating(), "else no journal would keep it");
        assert_eq!(Answered::parse(&said.entry()), Some(said));
        let world = User::from(origin::WORLD);
        for (user, uri) in [
            (world.clone(), "/answered/shop/web-0/nginx"),
            (world.clone(), "/answered/a/b/c/x"),
            (world, "/api/v1/pods"),
            (User::admin("kubernetes-admin"), "/answered/shop/web-0/nginx/7"),
            (User::admin(origin::WORLD), "/answered/shop/web-0/nginx/7"),
            (User::anonymous(), "/answered/shop/web-0/nginx/7"),
        ] {
            let request = Request { user, uri: uri.into(), ..Request::default() };
            assert_eq!(Answered::parse(&request), None, "{request:?}");
        }
    }
}
