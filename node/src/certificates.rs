//! Making a certificate authority for a cluster, and certificates for its nodes.

use crate::name::NodeName;
use crate::tls::SCHEME;
use rcgen::string::Ia5String;
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, SanType,
};
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

/// The certificate of the authority.
pub const CA_FILE: &str = "ca.pem";
/// Its key, which signs; nodes do not need it.
pub const CA_KEY_FILE: &str = "ca.key";
/// The name in the authority's certificate.
const CA_NAME: &str = "Snow cluster";

/// Why there is no certificate.
#[derive(Debug, thiserror::Error)]
pub enum NoCertificate {
    /// A file.
    #[error("{0}: {1}")]
    File(PathBuf, io::Error),
    /// It could not be made.
    #[error(transparent)]
    Made(#[from] rcgen::Error),
}

/// Makes an authority in a folder, unless there is one; whether it has.
pub fn make_authority(folder: &Path) -> Result<bool, NoCertificate> {
    let (certificate, key) = (folder.join(CA_FILE), folder.join(CA_KEY_FILE));
    if certificate.exists() && key.exists() {
        return Ok(false);
    }
    let pair = KeyPair::generate()?;
    let made = authority()?.self_signed(&pair)?;
    write(&key, &pair.serialize_pem(), Readers::Owner)?;
    write(&certificate, &made.pem(), Readers::All)?;
    Ok(true)
}

/// Makes the certificate of a node; gives the files of it and of its key.
pub fn make_node(folder: &Path, name: &NodeName) -> Result<(PathBuf, PathBuf), NoCertificate> {
    let key = folder.join(CA_KEY_FILE);
    let text = std::fs::read_to_string(&key).map_err(|error| NoCertificate::File(key, error))?;
    let issuer = Issuer::new(authority()?, KeyPair::from_pem(&text)?);
    let pair = KeyPair::generate()?;
    let made = node(name)?.signed_by(&pair, &issuer)?;
    let file = |ending: &str| folder.join(format!("{name}.{ending}"));
    let (certificate, key) = (file("pem"), file("key"));
    write(&key, &pair.serialize_pem(), Readers::Owner)?;
    write(&certificate, &made.pem(), Readers::All)?;
    Ok((certificate, key))
}

fn authority() -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, CA_NAME);
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    Ok(params)
}

fn node(name: &NodeName) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    params.distinguished_name = DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, name.as_str());
    let uri = Ia5String::try_from(format!("{SCHEME}{name}"))?;
    params.subject_alt_names = vec![SanType::URI(uri)];
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![
        ExtendedKeyUsagePurpose::ServerAuth,
        ExtendedKeyUsagePurpose::ClientAuth,
    ];
    params.use_authority_key_identifier_extension = true;
    Ok(params)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Readers {
    Owner,
    All,
}

fn write(path: &Path, text: &str, readers: Readers) -> Result<(), NoCertificate> {
    let mode = match readers {
        Readers::Owner => 0o600,
        Readers::All => 0o644,
    };
    let opened = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(mode)
        .open(path);
    opened
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| NoCertificate::File(path.to_owned(), error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::{Tls, TlsFiles};

    #[test]
    fn a_certificate_is_good_for_the_node_that_it_was_made_for() {
        let folder = tempfile::tempdir().expect("a folder");
        assert!(make_authority(folder.path()).expect("an authority"));
        assert!(!make_authority(folder.path()).expect("the same"));
        let name = |text| NodeName::parse(text).expect("a name");
        let (cert, key) = make_node(folder.path(), &name("a@h:1")).expect("a certificate");
        let ca = folder.path().join(CA_FILE);
        let files = TlsFiles { ca, cert, key };
        assert!(Tls::new(Some(&files), &name("a@h:1")).is_ok());
        let other = Tls::new(Some(&files), &name("b@h:1"))
            .err()
            .expect("an error");
        let text = other.to_string();
        assert!(text.contains("it lacks snow://b@h:1"), "{text}");
    }
}
