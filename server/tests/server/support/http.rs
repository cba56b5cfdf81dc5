//! A small HTTP client, in the clear and over TLS. HTTP/1.0: an answer ends with its connection.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
    sync::Arc,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::Value;
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    crypto::ring,
    pki_types::{CertificateDer, ServerName, pem::PemObject},
};

use super::PATIENCE;

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        let pairs = self.head.lines().filter_map(|line| line.split_once(": "));
        pairs.into_iter().find(|(n, _)| n.eq_ignore_ascii_case(name)).map(|(_, value)| value)
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {}", self.body))
    }
}

/// Asks over a connection.
pub fn ask(
    stream: impl Read + Write,
    host: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let answer = try_ask(stream, host, (method, path), headers, body);
    answer.unwrap_or_else(|| panic!("{method} {path}: no answer"))
}

/// The same of a server that may die meanwhile; `None`: it did, before its answer's head was whole.
pub fn try_ask(
    mut stream: impl Read + Write,
    host: &str,
    (method, path): (&str, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Option<Answer> {
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = if body.is_empty() { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
    let request = format!("{method} {path} HTTP/1.0\r\nHost: {host}\r\n{headers}{length}\r\n{body}");
    // A server that has heard enough answers, and reads no further.
    let _ = stream.write_all(request.as_bytes()).and_then(|()| stream.flush());
    let mut bytes = Vec::new();
    // Nor need it say good-bye in TLS' own way.
    let _ = stream.read_to_end(&mut bytes);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap();
    Some(Answer { status, head: head.to_owned(), body: body.to_owned() })
}

/// A connection in the clear.
pub fn connect(address: &str) -> TcpStream {
    try_connect(address).unwrap()
}

/// The same to a server that may be dead.
pub fn try_connect(address: &str) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    Ok(stream)
}

/// What a kubeconfig says: where the API is, whom to trust, what to show.
pub struct Door {
    address: String,
    path: String,
    ca: Vec<u8>,
    pub token: String,
}

impl Door {
    pub fn read(kubeconfig: &str) -> Self {
        let config: Value = serde_saphyr::from_str(kubeconfig).unwrap();
        let cluster = &config["clusters"][0]["cluster"];
        let server = cluster["server"].as_str().unwrap().strip_prefix("https://").unwrap();
        let (address, path) = server.split_once('/').unwrap();
        Self {
            address: address.to_owned(),
            path: format!("/{path}"),
            ca: STANDARD.decode(cluster["certificate-authority-data"].as_str().unwrap()).unwrap(),
            token: config["users"][0]["user"]["token"].as_str().unwrap().to_owned(),
        }
    }

    /// Asks this cluster's API.
    pub fn ask(&self, method: &str, path: &str, authorization: &str, body: &str) -> Answer {
        let answer = self.try_ask(method, path, authorization, body);
        answer.unwrap_or_else(|| panic!("{method} {path}: no answer"))
    }

    /// The same of a server that may die meanwhile.
    pub fn try_ask(&self, method: &str, path: &str, authorization: &str, body: &str) -> Option<Answer> {
        let type_ = if method == "PATCH" { "application/merge-patch+json" } else { "application/json" };
        let mut headers = vec![("Content-Type", type_), ("Accept", "application/json")];
        if !authorization.is_empty() {
            headers.push(("Authorization", authorization));
        }
        let path = format!("{}{path}", self.path);
        try_ask(self.connect().ok()?, &self.address, (method, &path), &headers, body)
    }

    /// As the learner whose kubeconfig this is.
    pub fn ask_as_learner(&self, method: &str, path: &str, body: &str) -> Answer {
        self.ask(method, path, &format!("Bearer {}", self.token), body)
    }

    fn connect(&self) -> io::Result<impl Read + Write + use<>> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(&self.ca).unwrap()).unwrap();
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("localhost").unwrap();
        let connection = ClientConnection::new(Arc::new(config), name).unwrap();
        Ok(StreamOwned::new(connection, try_connect(&self.address)?))
    }
}
