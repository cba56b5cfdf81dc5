//! Commands over a WebSocket, frame by frame.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{body::Body, http::Request};
use hyper::{body::Incoming, server, service::service_fn};
use hyper_util::rt::TokioIo;
use sandbox::{
    clock::Time,
    cluster::Config,
    http::{Live, Opened, Speed},
    json::Json,
    object::Object,
    user::User,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};

use super::forward::answer;

const PING: u8 = 0x89;
const PONG: u8 = 0x8a;
const BINARY: u8 = 0x82;
const CLOSE: u8 = 0x88;

/// A cluster at ×60 with a pod that runs.
fn live() -> Live {
    let epoch = Time(1_795_480_000_000);
    let world = [
        r#"{"apiVersion": "sim.pilothouse.dev/v1", "kind": "Machine", "metadata": {"name": "a"}}"#,
        r#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "cli", "namespace": "default"}, "spec": {
            "containers": [{"name": "c", "image": "busybox:1.36", "command": ["sleep", "1d"]}]}}"#,
    ];
    let world = world.iter().map(|text| Object(Json::parse(text.as_bytes()).unwrap())).collect();
    let config = Config { seed: 1, epoch, world };
    let opened = Opened {
        config,
        entries: Vec::new(),
        now: epoch.plus_ms(60_000),
        speed: Speed::new(60).unwrap(),
        paused: false,
        may_write: Vec::new(),
    };
    Live::open(opened, Arc::new(())).unwrap()
}

/// A client attached to `sh -c LINE`.
async fn attach(live: &Live, line: &str) -> DuplexStream {
    let (mut ours, theirs) = tokio::io::duplex(64 * 1024);
    let api = live.service(User::admin("tester"));
    let serve = service_fn(move |request: Request<Incoming>| {
        let api = api.clone();
        async move { Ok::<_, Infallible>(answer(api, request.map(Body::new)).await) }
    });
    tokio::spawn(
        server::conn::http1::Builder::new().serve_connection(TokioIo::new(theirs), serve).with_upgrades(),
    );
    let line = line.replace(' ', "%20").replace(';', "%3B");
    let head = format!(
        "GET /api/v1/namespaces/default/pods/cli/exec?command=sh&command=-c&command={line}&stdout=true&stderr=true HTTP/1.1\r\n\
         Host: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Protocol: v5.channel.k8s.io\r\n\r\n"
    );
    ours.write_all(head.as_bytes()).await.unwrap();
    let mut seen = Vec::new();
    while !seen.ends_with(b"\r\n\r\n") {
        seen.push(ours.read_u8().await.unwrap());
    }
    let seen = String::from_utf8(seen).unwrap();
    assert!(seen.starts_with("HTTP/1.1 101"), "{seen}");
    ours
}

/// An empty control frame; a client masks what it sends.
async fn send(client: &mut DuplexStream, kind: u8) {
    client.write_all(&[kind, 0x80, 0, 0, 0, 0]).await.unwrap();
}

/// The next short frame: its kind and what it carries.
async fn frame(client: &mut DuplexStream) -> (u8, String) {
    let kind = client.read_u8().await.unwrap();
    let mut data = vec![0; usize::from(client.read_u8().await.unwrap())];
    client.read_exact(&mut data).await.unwrap();
    (kind, String::from_utf8(data).unwrap())
}

#[tokio::test]
async fn pings_are_answered_and_words_come_while_a_command_runs() {
    let live = live();
    let mut client = attach(&live, "echo a; sleep 60; echo b; exit 0").await;
    assert_eq!(frame(&mut client).await, (BINARY, "\u{1}a\n".into()));
    send(&mut client, PING).await;
    assert_eq!(frame(&mut client).await.0, PONG, "long before the end");
    assert_eq!(frame(&mut client).await, (BINARY, "\u{1}b\n".into()));
    let (kind, status) = frame(&mut client).await;
    assert!(kind == BINARY && status.starts_with('\u{3}') && status.contains("Success"), "{status}");
}

#[tokio::test]
async fn a_client_that_leaves_ends_its_command() {
    let live = live();
    let mut client = attach(&live, "echo a; sleep 3000").await;
    assert_eq!(frame(&mut client).await, (BINARY, "\u{1}a\n".into()));
    send(&mut client, CLOSE).await;
    let mut rest = Vec::new();
    let gone = tokio::time::timeout(Duration::from_secs(20), client.read_to_end(&mut rest)).await;
    assert!(gone.is_ok(), "the sleep would take 50 s");
}
