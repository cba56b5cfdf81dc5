//! Certificates and the listener, spoken to with a real TLS client.

use std::{
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    sync::Arc,
};

use axum::{Router, http::Uri};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};
use tokio_rustls::{
    TlsConnector,
    rustls::{
        ClientConfig, RootCertStore,
        crypto::ring,
        pki_types::{CertificateDer, ServerName, pem::PemObject},
    },
};

use super::*;

struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        Self(std::env::temp_dir().join(format!("pilothouse-{}", crate::secret::id())))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The first line of an answer and its body, over TLS that trusts `ca_pem` and expects `name`.
async fn ask(addr: SocketAddr, ca_pem: &str, name: &str, path: &str) -> std::io::Result<String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let tcp = TcpStream::connect(addr).await?;
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut tls = TlsConnector::from(Arc::new(config)).connect(name, tcp).await?;
    tls.write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").as_bytes()).await?;
    let mut answer = String::new();
    tls.read_to_string(&mut answer).await?;
    Ok(answer)
}

#[tokio::test]
async fn clients_that_trust_the_authority_get_through() {
    let folder = Folder::new();
    let tcp = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = tcp.local_addr().unwrap();
    let certs = Certs::open(&folder.0, addr.ip()).unwrap();
    let listener = TlsListener::new(tcp, certs.server_config().unwrap()).unwrap();
    let router = Router::new().fallback(|uri: Uri| async move { format!("asked for {uri}") });
    tokio::spawn(async move { axum::serve(listener, router).await });

    // a client that says nothing holds nobody up
    let _silent = TcpStream::connect(addr).await.unwrap();
    for name in ["localhost", "127.0.0.1"] {
        let answer = ask(addr, &certs.ca_pem, name, "/x").await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("asked for /x"), "{answer}");
    }
    let stranger = Folder::new();
    let other = Certs::open(&stranger.0, addr.ip()).unwrap();
    assert!(ask(addr, &other.ca_pem, "localhost", "/x").await.is_err(), "another authority");
    assert!(ask(addr, &certs.ca_pem, "example.org", "/x").await.is_err(), "another name");
}

#[test]
fn certificates_are_made_once() {
    let folder = Folder::new();
    let local: IpAddr = "127.0.0.1".parse().unwrap();
    let open = |ip| Certs::open(&folder.0, ip).unwrap();
    let server = || std::fs::read_to_string(folder.0.join("server.pem")).unwrap();
    let (ca, first) = (open(local).ca_pem, server());
    assert_eq!((open(local).ca_pem, server()), (ca.clone(), first.clone()), "a restart changes nothing");
    assert_eq!(open("10.0.0.5".parse().unwrap()).ca_pem, ca, "a new address keeps the authority");
    assert_ne!(server(), first, "and gets a certificate of its own");
}

#[test]
fn the_kubeconfig_names_the_listener() {
    for (addr, host, expect) in [
        ("127.0.0.1:3443", Some("localhost"), "https://127.0.0.1:3443/sandboxes/sb"),
        ("0.0.0.0:3443", Some("course.example"), "https://course.example:3443/sandboxes/sb"),
        ("0.0.0.0:1", None, "https://localhost:1/sandboxes/sb"),
        ("[::1]:3443", None, "https://[::1]:3443/sandboxes/sb"),
    ] {
        let addr = addr.parse().unwrap();
        let text =
            Kubeconfig { ca_pem: "CA", addr, host, path: "/sandboxes/sb", user: "learner", token: "tok" };
        let text = text.to_string();
        let config: serde_json::Value = serde_saphyr::from_str(&text).unwrap();
        assert_eq!(config["clusters"][0]["cluster"]["server"], expect);
        assert_eq!(config["clusters"][0]["cluster"]["certificate-authority-data"], "Q0E=");
        assert_eq!(config["users"][0]["user"]["token"], "tok");
        assert_eq!(config["current-context"], config["contexts"][0]["name"]);
    }
}
