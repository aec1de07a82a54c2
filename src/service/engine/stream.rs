//! One connection to an engine, whatever it runs over. bollard's calls and BuildKit's hijacked
//! connections both start here, so that an address means the same for both.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

use super::{Address, EngineError};

/// Bytes both ways.
pub type Connection = Box<dyn Duplex>;

pub trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

impl Address {
    /// A new connection. Connecting to a socket takes well under a millisecond: nothing is pooled.
    pub async fn dial(&self) -> io::Result<Connection> {
        match self {
            Self::Unix(path) => Ok(Box::new(UnixStream::connect(path).await?)),
            Self::Tcp { host, port } => Ok(Box::new(tcp(host, *port).await?)),
            Self::Tls { host, port, config } => {
                let name = ServerName::try_from(host.clone()).map_err(io::Error::other)?;
                let tls = TlsConnector::from(config.clone());
                let stream = tls.connect(name, tcp(host, *port).await?).await?;
                Ok(Box::new(stream))
            }
        }
    }
}

async fn tcp(host: &str, port: u16) -> io::Result<TcpStream> {
    let stream = TcpStream::connect((host, port)).await?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

/// TLS by the three files that Docker keeps for an engine: `ca.pem`, `cert.pem` and `key.pem`.
pub(super) fn tls(folder: &Path) -> Result<Arc<ClientConfig>, EngineError> {
    let mut roots = RootCertStore::empty();
    for authority in certificates(&folder.join("ca.pem"))? {
        roots
            .add(authority)
            .map_err(|error| wrong(&folder.join("ca.pem"), &error))?;
    }
    let key = folder.join("key.pem");
    let private =
        PrivateKeyDer::from_pem_slice(&bytes(&key)?).map_err(|error| wrong(&key, &error))?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("ring speaks TLS 1.2 and 1.3")
        .with_root_certificates(roots)
        .with_client_auth_cert(certificates(&folder.join("cert.pem"))?, private)
        .map(Arc::new)
        .map_err(|error| wrong(&key, &error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, EngineError> {
    let found = CertificateDer::pem_slice_iter(&bytes(path)?)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| wrong(path, &error))?;
    if found.is_empty() {
        return Err(wrong(path, &"it holds no certificate"));
    }
    Ok(found)
}

fn bytes(path: &Path) -> Result<Vec<u8>, EngineError> {
    fs::read(path).map_err(|error| wrong(path, &error))
}

fn wrong(path: &Path, reason: &dyn ToString) -> EngineError {
    EngineError::Certificate {
        path: path.to_owned(),
        reason: reason.to_string(),
    }
}
