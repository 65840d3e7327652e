//! TLS 1.3 between nodes.
//!
//! By default a node makes a certificate for itself each time that it starts: what the other side is worth is said by its proof, which is bound to the connection,
//! not by the certificate. Where a certificate authority is named both sides must show a certificate of it, which holds the node's full name as
//! `snow://name@host:port`; the proof is asked for all the same.

use crate::name::NodeName;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{ClientConnection, Resumption, verify_server_cert_signed_by_trust_anchor};
use rustls::crypto::{CryptoProvider, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::server::{
    NoServerSessionStorage, ParsedCertificate, ServerConnection, WebPkiClientVerifier,
};
use rustls::version::TLS13;
use rustls::{
    ClientConfig, Connection, DigitallySignedStruct, Error, PeerMisbehaved, RootCertStore,
    ServerConfig, SignatureScheme,
};
use std::fmt::Display;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// How the name of a node stands in its certificate.
pub const SCHEME: &str = "snow://";

/// The files of a certificate authority and of a node's own certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlsFiles {
    /// The certificate of the authority, or several.
    pub ca: PathBuf,
    /// The node's certificate, and those between it and the authority.
    pub cert: PathBuf,
    /// The key of the node's certificate.
    pub key: PathBuf,
}

/// A node's side of TLS connections.
#[derive(Clone)]
pub struct Tls {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    asks_names: bool,
}

/// TLS could not be set up.
#[derive(Debug, thiserror::Error)]
#[error("TLS cannot be used: {0}")]
pub struct NoTls(String);

fn failed(error: impl Display) -> NoTls {
    NoTls(error.to_string())
}

/// A certificate with those that lead to its authority, and its key.
struct Identity {
    chain: Vec<CertificateDer<'static>>,
    key: PrivateKeyDer<'static>,
}

impl Identity {
    fn new() -> Result<Identity, NoTls> {
        let own = rcgen::generate_simple_self_signed(vec!["node.snow.invalid".to_owned()])
            .map_err(failed)?;
        let key = PrivatePkcs8KeyDer::from(own.signing_key.serialize_der());
        Ok(Identity {
            chain: vec![own.cert.der().clone()],
            key: PrivateKeyDer::Pkcs8(key),
        })
    }

    fn read(files: &TlsFiles) -> Result<Identity, NoTls> {
        let key = PrivateKeyDer::from_pem_file(&files.key);
        Ok(Identity {
            chain: certificates(&files.cert)?,
            key: key.map_err(|error| in_file(&files.key, &error))?,
        })
    }
}

fn in_file(path: &Path, error: &dyn Display) -> NoTls {
    NoTls(format!("{}: {error}", path.display()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, NoTls> {
    let read = CertificateDer::pem_file_iter(path).and_then(Iterator::collect);
    let all: Vec<_> = read.map_err(|error| in_file(path, &error))?;
    match all.is_empty() {
        true => Err(in_file(path, &"there is no certificate in it")),
        false => Ok(all),
    }
}

fn roots(path: &Path) -> Result<Arc<RootCertStore>, NoTls> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots
            .add(certificate)
            .map_err(|error| in_file(path, &error))?;
    }
    Ok(Arc::new(roots))
}

/// Whether a certificate is that of a node.
fn is_of(certificate: &CertificateDer<'_>, name: &NodeName) -> bool {
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else {
        return false;
    };
    let mut names = certificate.valid_uri_names();
    names.any(|uri| uri.strip_prefix(SCHEME) == Some(name.as_str()))
}

impl Tls {
    /// With a new certificate, or with those of files; then the node must have this name.
    pub fn new(files: Option<&TlsFiles>, own: &NodeName) -> Result<Tls, NoTls> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let identity = match files {
            Some(files) => Identity::read(files)?,
            None => Identity::new()?,
        };
        if let Some(files) = files
            && !is_of(&identity.chain[0], own)
        {
            let why = format!("the certificate is not that of {own}: it lacks {SCHEME}{own}");
            return Err(in_file(&files.cert, &why));
        }
        let roots = files.map(|files| roots(&files.ca)).transpose()?;
        Ok(Tls {
            client: Arc::new(client(&provider, roots.clone(), &identity)?),
            server: Arc::new(server(&provider, roots, identity)?),
            asks_names: files.is_some(),
        })
    }

    /// Whether the other side has shown that it may have a name.
    pub fn admits(&self, tls: &Connection, name: &NodeName) -> bool {
        let shown = tls.peer_certificates().and_then(<[_]>::first);
        !self.asks_names || shown.is_some_and(|certificate| is_of(certificate, name))
    }

    /// The side of who has dialled.
    pub fn dial(&self) -> Result<ClientConnection, Error> {
        let name = ServerName::try_from("node.snow.invalid")
            .map_err(|_| Error::General("no name".to_owned()))?;
        ClientConnection::new(Arc::clone(&self.client), name)
    }

    /// The side of who was dialled.
    pub fn accept(&self) -> Result<ServerConnection, Error> {
        ServerConnection::new(Arc::clone(&self.server))
    }
}

fn server(
    provider: &Arc<CryptoProvider>,
    roots: Option<Arc<RootCertStore>>,
    identity: Identity,
) -> Result<ServerConfig, NoTls> {
    let config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&TLS13])
        .map_err(failed)?;
    let config = match roots {
        None => config.with_no_client_auth(),
        Some(roots) => config.with_client_cert_verifier(
            WebPkiClientVerifier::builder_with_provider(roots, Arc::clone(provider))
                .build()
                .map_err(failed)?,
        ),
    };
    let mut config = config
        .with_single_cert(identity.chain, identity.key)
        .map_err(failed)?;
    config.session_storage = Arc::new(NoServerSessionStorage {});
    config.send_tls13_tickets = 0;
    config.max_early_data_size = 0;
    Ok(config)
}

fn client(
    provider: &Arc<CryptoProvider>,
    roots: Option<Arc<RootCertStore>>,
    identity: &Identity,
) -> Result<ClientConfig, NoTls> {
    let shows = roots.is_some();
    let verifier = Verifier {
        provider: Arc::clone(provider),
        roots,
    };
    let config = ClientConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(&[&TLS13])
        .map_err(failed)?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier));
    let mut config = match shows {
        false => config.with_no_client_auth(),
        true => config
            .with_client_auth_cert(identity.chain.clone(), identity.key.clone_key())
            .map_err(failed)?,
    };
    config.resumption = Resumption::disabled();
    config.enable_sni = false;
    config.enable_early_data = false;
    Ok(config)
}

/// Takes a certificate if the other side has its key, and the authority, if there is one, has signed it. Which node's it is can be asked when the other side has said its name.
#[derive(Debug)]
struct Verifier {
    provider: Arc<CryptoProvider>,
    roots: Option<Arc<RootCertStore>>,
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if let Some(roots) = &self.roots {
            let certificate = ParsedCertificate::try_from(end_entity)?;
            let algorithms = self.provider.signature_verification_algorithms.all;
            verify_server_cert_signed_by_trust_anchor(
                &certificate,
                roots,
                intermediates,
                now,
                algorithms,
            )?;
        }
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _message: &[u8],
        _cert: &CertificateDer<'_>,
        _signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Err(Error::PeerMisbehaved(
            PeerMisbehaved::SelectedUnusableCipherSuiteForVersion,
        ))
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, cert, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
