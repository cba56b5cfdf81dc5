//! Clients within this process: requests go straight to the API. One that asks for a WebSocket takes the listener's own way, over a
//! pipe in memory, so that a command in a container has one implementation.

use std::convert::Infallible;

use axum::{
    body::Body,
    http::{Request, Response, header},
};
use hyper::{body::Incoming, client, server, service::service_fn};
use hyper_util::rt::TokioIo;
use sandbox::{
    http::{Live, Service},
    user::User,
};
use tower::ServiceExt;

use super::forward::answer;

/// What the pipe holds before its writer waits, bytes.
const PIPE_BYTES: usize = 64 * 1024;

/// A client of a cluster of this process, acting as `user`; its WebSockets work.
pub fn client(live: &Live, user: User) -> kube::Client {
    let api = live.service(user);
    kube::Client::new(tower::service_fn(move |request| ask(api.clone(), request)), "default")
}

async fn ask(api: Service, request: Request<kube::client::Body>) -> Result<Response<Body>, hyper::Error> {
    if request.headers().contains_key(header::UPGRADE) {
        return over_pipe(api, request).await;
    }
    match api.oneshot(request).await {
        Ok(response) => Ok(response.map(Body::new)),
        Err(e) => match e {},
    }
}

/// One request over HTTP/1.1, which both ends may go on to use for something else.
async fn over_pipe(
    api: Service,
    request: Request<kube::client::Body>,
) -> Result<Response<Body>, hyper::Error> {
    let (ours, theirs) = tokio::io::duplex(PIPE_BYTES);
    let serve = service_fn(move |request: Request<Incoming>| {
        let api = api.clone();
        async move { Ok::<_, Infallible>(answer(api, request.map(Body::new)).await) }
    });
    let served = server::conn::http1::Builder::new().serve_connection(TokioIo::new(theirs), serve);
    // An end that breaks off is told by the other one.
    tokio::spawn(served.with_upgrades());
    let (mut sender, connection) = client::conn::http1::handshake(TokioIo::new(ours)).await?;
    tokio::spawn(connection.with_upgrades());
    Ok(sender.send_request(request).await?.map(Body::new))
}
