//! What commands in containers did, as the journal keeps it: a container answered so many of their requests, or its main process was
//! told to end. The only entries that are no request of a client; they change what containers have used or how long they run. Those of main processes are the cluster's own work, and
//! no entries.

use bytes::Bytes;

use super::{Cluster, Ctx};
use crate::{
    kubelet::{self, Kubelets},
    network::Network,
    object::Key,
    origin::{self, Cause},
    process,
    request::{Body, Reply, Request},
    user::User,
};

const PATH: &str = "/answered/";
const INTERRUPTED: &str = "/interrupted/";

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

/// A command in a container has sent its main process a signal that ends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interrupted {
    /// Its pod.
    pub pod: Key,
    /// Its name.
    pub container: String,
}

impl Interrupted {
    /// As an entry of the journal.
    pub fn entry(&self) -> Request {
        let Self { pod, container } = self;
        Request {
            user: origin::WORLD.into(),
            method: "POST".into(),
            uri: format!("{INTERRUPTED}{}/{}/{container}", pod.namespace, pod.name),
            ..Request::default()
        }
    }

    /// Only by the world itself, as [`Answered`].
    fn parse(request: &Request) -> Option<Self> {
        if request.user != User::from(origin::WORLD) {
            return None;
        }
        let parts: Vec<&str> = request.uri.strip_prefix(INTERRUPTED)?.split('/').collect();
        let [namespace, pod, container] = parts[..] else { return None };
        Some(Self { pod: Key::new(namespace, pod), container: container.into() })
    }
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
        let now = self.now();
        if let Some(Interrupted { pod, container }) = Interrupted::parse(request) {
            let mut ctx = Ctx::new(&mut self.api, &mut self.queue, Cause::Outside, None);
            self.kubelets.interrupt(&pod, &container, &mut ctx);
            self.observe();
        } else {
            let Answered { pod, container, count } = Answered::parse(request)?;
            self.network.answered(&pod, &container, count, now);
        }
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

/// Main processes of a pod make the requests that they have come to, and go on.
pub(super) fn ask(pod: &Key, (kubelets, network): (&mut Kubelets, &mut Network), ctx: &mut Ctx<'_>) {
    let now = ctx.now();
    for (container, since) in kubelets.asking(pod, now) {
        if let Some((by, container)) = process::hear(ctx.api, network, pod, &container, since) {
            network.answered(&by, &container, 1, now);
        }
    }
    kubelets.run(kubelet::Work::Pod(pod.clone()), ctx);
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
