//! The text of a kubeconfig for one cluster.

use std::{fmt, net::SocketAddr};

use base64::{Engine as _, engine::general_purpose::STANDARD};

/// What a kubeconfig says. Names and tokens come from us, so they need no quoting beyond `"`.
#[derive(Clone, Copy, Debug)]
pub struct Kubeconfig<'a> {
    /// The authority, PEM.
    pub ca_pem: &'a str,
    /// The listener.
    pub addr: SocketAddr,
    /// The name under which the browser reached us: it counts when the listener is on all addresses.
    pub host: Option<&'a str>,
    /// Path under which the API stands, without a slash at its end.
    pub path: &'a str,
    /// Name of the user.
    pub user: &'a str,
    /// Bearer token.
    pub token: &'a str,
}

impl Kubeconfig<'_> {
    fn server(&self) -> String {
        let ip = self.addr.ip();
        let name = match self.host {
            Some(host) if ip.is_unspecified() => host.to_owned(),
            _ if ip.is_unspecified() => "localhost".to_owned(),
            _ if ip.is_ipv6() => format!("[{ip}]"),
            _ => ip.to_string(),
        };
        format!("https://{name}:{}{}", self.addr.port(), self.path)
    }
}

impl fmt::Display for Kubeconfig<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { user, token, .. } = self;
        let (server, ca) = (self.server(), STANDARD.encode(self.ca_pem));
        write!(
            f,
            "apiVersion: v1\n\
             kind: Config\n\
             clusters:\n\
             - name: pilothouse\n\
            \x20 cluster:\n\
            \x20   server: \"{server}\"\n\
            \x20   tls-server-name: localhost\n\
            \x20   certificate-authority-data: {ca}\n\
             users:\n\
             - name: {user}\n\
            \x20 user:\n\
            \x20   token: \"{token}\"\n\
             contexts:\n\
             - name: pilothouse\n\
            \x20 context:\n\
            \x20   cluster: pilothouse\n\
            \x20   user: {user}\n\
            \x20   namespace: default\n\
             current-context: pilothouse\n"
        )
    }
}
