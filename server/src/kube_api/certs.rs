//! An authority of our own and the server's certificate, made at the first start and kept in the data folder.

use std::{
    fs, io,
    net::{IpAddr, Ipv4Addr},
    path::Path,
    sync::Arc,
};

use anyhow::{Context, Result};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use tokio_rustls::rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};

const CA: &str = "ca.pem";
const CA_KEY: &str = "ca.key.pem";
const CERT: &str = "server.pem";
const CERT_KEY: &str = "server.key.pem";
const HOSTS: &str = "server.hosts";

/// Certificates as PEM.
#[derive(Clone, Debug)]
pub struct Certs {
    /// The authority: what a kubeconfig carries.
    pub ca_pem: String,
    cert_pem: String,
    key_pem: String,
}

impl Certs {
    /// Reads the certificates in `dir`, or makes them there. A server certificate that does not name `listen` is
    /// made anew; the authority stays, so that kubeconfigs stay good.
    ///
    /// # Errors
    /// When files cannot be read or written, or hold something else.
    pub fn open(dir: &Path, listen: IpAddr) -> Result<Self> {
        fs::create_dir_all(dir).with_context(|| format!("cannot make the folder {}", dir.display()))?;
        let (ca, ca_key) = (read(dir, CA)?, read(dir, CA_KEY)?);
        let (ca_pem, ca_key, fresh) = match (ca, ca_key) {
            (Some(ca), Some(key)) => {
                (ca, KeyPair::from_pem(&key).context("ca.key.pem is not a private key")?, false)
            }
            _ => {
                let key = KeyPair::generate()?;
                let ca = ca_params()?.self_signed(&key)?.pem();
                write(dir, CA_KEY, &key.serialize_pem())?;
                write(dir, CA, &ca)?;
                (ca, key, true)
            }
        };
        let hosts = hosts(listen);
        let wanted = hosts.iter().map(|h| format!("{h:?}\n")).collect::<String>();
        if !fresh
            && read(dir, HOSTS)?.as_deref() == Some(&wanted)
            && let (Some(cert_pem), Some(key_pem)) = (read(dir, CERT)?, read(dir, CERT_KEY)?)
        {
            return Ok(Self { ca_pem, cert_pem, key_pem });
        }
        let certs = Self::issue(ca_pem, ca_key, hosts)?;
        write(dir, CERT_KEY, &certs.key_pem)?;
        write(dir, CERT, &certs.cert_pem)?;
        write(dir, HOSTS, &wanted)?;
        Ok(certs)
    }

    /// Certificates of an authority that is kept nowhere.
    ///
    /// # Errors
    /// When the operating system gives no randomness.
    pub fn fresh(listen: IpAddr) -> Result<Self> {
        let key = KeyPair::generate()?;
        let ca_pem = ca_params()?.self_signed(&key)?.pem();
        Self::issue(ca_pem, key, hosts(listen))
    }

    fn issue(ca_pem: String, ca_key: KeyPair, hosts: Vec<SanType>) -> Result<Self> {
        let key = KeyPair::generate()?;
        let cert_pem = server_params(hosts)?.signed_by(&key, &Issuer::new(ca_params()?, ca_key))?.pem();
        Ok(Self { ca_pem, cert_pem, key_pem: key.serialize_pem() })
    }

    /// TLS settings of the listener.
    ///
    /// # Errors
    /// When the kept files are not a certificate and its key.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>> {
        let chain =
            CertificateDer::pem_slice_iter(self.cert_pem.as_bytes()).collect::<Result<Vec<_>, _>>()?;
        let key = PrivateKeyDer::from_pem_slice(self.key_pem.as_bytes())?;
        let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(chain, key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn hosts(listen: IpAddr) -> Vec<SanType> {
    let mut ips = vec![IpAddr::V4(Ipv4Addr::LOCALHOST)];
    if !listen.is_unspecified() && !ips.contains(&listen) {
        ips.push(listen);
    }
    let name = "localhost".try_into().expect("localhost is ASCII");
    std::iter::once(SanType::DnsName(name)).chain(ips.into_iter().map(SanType::IpAddress)).collect()
}

fn ca_params() -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "pilothouse-ca");
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    Ok(params)
}

fn server_params(hosts: Vec<SanType>) -> Result<CertificateParams> {
    let mut params = CertificateParams::new(Vec::<String>::new())?;
    params.distinguished_name.push(DnType::CommonName, "pilothouse");
    params.subject_alt_names = hosts;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    params.use_authority_key_identifier_extension = true;
    params.not_before = date_time_ymd(2025, 1, 1);
    params.not_after = date_time_ymd(2045, 1, 1);
    Ok(params)
}

fn read(dir: &Path, name: &str) -> Result<Option<String>> {
    match fs::read_to_string(dir.join(name)) {
        Ok(text) => Ok(Some(text)),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(e) => Err(e).with_context(|| format!("cannot read {}", dir.join(name).display())),
    }
}

/// Private keys are for us alone.
fn write(dir: &Path, name: &str, text: &str) -> Result<()> {
    let path = dir.join(name);
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&path).with_context(|| format!("cannot write {}", path.display()))?;
    io::Write::write_all(&mut file, text.as_bytes())
        .with_context(|| format!("cannot write {}", path.display()))
}
