//! The cryptography that `jsonwebtoken` signs with: HMAC-SHA-256 and nothing else. Its own choices bring RSA along.

use hmac::{Hmac, KeyInit, Mac};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey,
    crypto::{CryptoProvider, JwtSigner, JwtVerifier, KeyUtils},
    errors::{ErrorKind, Result},
    signature::{Error, Signer, Verifier},
};
use sha2::Sha256;

static HS256: CryptoProvider = CryptoProvider {
    signer_factory: |algorithm, key: &EncodingKey| Ok(Box::new(keyed(algorithm, key.as_bytes())?)),
    verifier_factory: |algorithm, key: &DecodingKey| Ok(Box::new(keyed(algorithm, key.try_get_as_bytes()?)?)),
    key_utils: KeyUtils::new_unimplemented(),
};

/// Makes this the process's provider, unless it has one: what an application that embeds core has installed before
/// does HS256 as well. Any number of calls do no harm.
pub(super) fn install() {
    // The only error is that there is one already.
    let _installed_before = HS256.install_default();
}

struct Keyed(Hmac<Sha256>);

fn keyed(algorithm: &Algorithm, key: &[u8]) -> Result<Keyed> {
    if *algorithm != Algorithm::HS256 {
        return Err(ErrorKind::UnsupportedAlgorithm.into());
    }
    let mac = Hmac::new_from_slice(key).map_err(|_| ErrorKind::InvalidKeyFormat)?;
    Ok(Keyed(mac))
}

impl Signer<Vec<u8>> for Keyed {
    fn try_sign(&self, message: &[u8]) -> std::result::Result<Vec<u8>, Error> {
        Ok(self.0.clone().chain_update(message).finalize().into_bytes().to_vec())
    }
}

impl Verifier<Vec<u8>> for Keyed {
    /// In constant time.
    fn verify(&self, message: &[u8], signature: &Vec<u8>) -> std::result::Result<(), Error> {
        self.0.clone().chain_update(message).verify_slice(signature).map_err(|_| Error::new())
    }
}

impl JwtSigner for Keyed {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

impl JwtVerifier for Keyed {
    fn algorithm(&self) -> Algorithm {
        Algorithm::HS256
    }
}

#[cfg(test)]
mod tests {
    use data_encoding::BASE64URL_NOPAD;

    use super::*;

    /// RFC 7515, appendix A.1.
    #[test]
    fn signs_as_the_rfc_shows() {
        install();
        install();
        let key = BASE64URL_NOPAD
            .decode(b"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow")
            .unwrap();
        let header = "{\"typ\":\"JWT\",\r\n \"alg\":\"HS256\"}";
        let claims = "{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        let message = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
        let expected = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &EncodingKey::from_secret(&key), Algorithm::HS256);
        assert_eq!(signature.unwrap(), expected);
        let verify = |signature: &str, message: &str| {
            let key = DecodingKey::from_secret(&key);
            let verified =
                jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, Algorithm::HS256);
            matches!(verified, Ok(true))
        };
        assert!(verify(expected, &message));
        assert!(!verify(expected, &message[1..]));
        assert!(!verify(&expected[..42], &message));
        assert!(!verify("", &message));
    }

    #[test]
    fn signs_with_nothing_else() {
        for other in
            [Algorithm::HS384, Algorithm::HS512, Algorithm::RS256, Algorithm::ES256, Algorithm::EdDSA]
        {
            assert!(keyed(&other, &[1; 32]).is_err(), "{other:?}");
        }
    }
}
