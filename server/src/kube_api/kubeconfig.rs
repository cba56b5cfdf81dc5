//! The text of a kubeconfig for one sandbox.

use std::net::SocketAddr;

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// A kubeconfig for the listener at `addr`. `host` is the name under which the browser reached us: it counts when
/// the listener is on all addresses. Names and tokens come from us, so they need no quoting beyond `"`.
pub fn kubeconfig(ca_pem: &str, addr: SocketAddr, host: Option<&str>, sandbox: &str, token: &str) -> String {
    let name = match host {
        Some(host) if addr.ip().is_unspecified() => host.to_owned(),
        _ if addr.ip().is_unspecified() => "localhost".to_owned(),
        _ if addr.is_ipv6() => format!("[{}]", addr.ip()),
        _ => addr.ip().to_string(),
    };
    let ca = STANDARD.encode(ca_pem);
    let port = addr.port();
    format!(
        "apiVersion: v1\n\
         kind: Config\n\
         clusters:\n\
         - name: pilothouse\n\
        \x20 cluster:\n\
        \x20   server: \"https://{name}:{port}/sandboxes/{sandbox}\"\n\
        \x20   tls-server-name: localhost\n\
        \x20   certificate-authority-data: {ca}\n\
         users:\n\
         - name: learner\n\
        \x20 user:\n\
        \x20   token: \"{token}\"\n\
         contexts:\n\
         - name: pilothouse\n\
        \x20 context:\n\
        \x20   cluster: pilothouse\n\
        \x20   user: learner\n\
        \x20   namespace: default\n\
         current-context: pilothouse\n"
    )
}
