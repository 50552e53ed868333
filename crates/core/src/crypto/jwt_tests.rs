use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use proptest::prelude::*;
use sha2::Sha256;
use uuid::Uuid;

use super::*;
use crate::id::{Jti, SessionId};

fn key(byte: u8) -> SecretSlice<u8> {
    vec![byte; KEY_MIN_BYTES].into()
}

fn signer(keys: &[u8]) -> JwtSigner {
    JwtSigner::new(keys.iter().map(|byte| key(*byte)).collect()).unwrap()
}

fn claims() -> Claims {
    Claims {
        sub: "room:1".into(),
        room_id: 1,
        room_name: "会议室".into(),
        permission: 7,
        granted: 2,
        owner: false,
        max_size: 10,
        exp: 1_800_003_600,
        iat: 1_800_000_000,
        jti: Jti(Uuid::from_u128(1)),
        sid: SessionId(Uuid::from_u128(2)),
    }
}

/// A token of any header and claims, signed with HMAC-SHA-256 and without `jsonwebtoken`.
fn forge(header: &str, claims: &str, key: &[u8]) -> String {
    let message = [header, claims].map(|part| BASE64URL_NOPAD.encode(part.as_bytes())).join(".");
    let mac = Hmac::<Sha256>::new_from_slice(key).unwrap().chain_update(&message).finalize();
    format!("{message}.{}", BASE64URL_NOPAD.encode(&mac.into_bytes()))
}

const HS256: &str = r#"{"typ":"JWT","alg":"HS256"}"#;

fn json() -> String {
    serde_json::to_string(&claims()).unwrap()
}

#[test]
fn a_token_says_what_was_signed() {
    let signer = signer(&[1]);
    let extreme = Claims { room_id: i64::MAX, max_size: u64::MAX, exp: i64::MAX, iat: i64::MIN, ..claims() };
    for claims in [claims(), extreme] {
        let token = signer.sign(&claims).unwrap();
        assert_eq!(signer.verify(token.expose_secret()), Some(claims));
    }
}

#[test]
fn a_token_is_what_anybody_else_would_make_of_it() {
    let signer = signer(&[1]);
    assert_eq!(signer.verify(&forge(HS256, &json(), &[1; 32])), Some(claims()));
    assert_eq!(signer.sign(&claims()).unwrap().expose_secret(), forge(HS256, &json(), &[1; 32]));
}

#[test]
fn its_expiry_is_not_judged_here() {
    let signer = signer(&[1]);
    for exp in [i64::MIN, -1, 0, 1, i64::MAX] {
        let token = signer.sign(&Claims { exp, ..claims() }).unwrap();
        assert_eq!(signer.verify(token.expose_secret()).map(|claims| claims.exp), Some(exp));
    }
    let not_yet = json().replacen('{', r#"{"nbf":99999999999,"#, 1);
    assert_eq!(signer.verify(&forge(HS256, &not_yet, &[1; 32])), Some(claims()));
}

#[test]
fn keys_are_replaced_one_after_the_other() {
    let (old, both, new) = (signer(&[1]), signer(&[2, 1]), signer(&[2]));
    let (before, after) = (old.sign(&claims()).unwrap(), both.sign(&claims()).unwrap());
    let accepts = |signer: &JwtSigner, token: &SecretString| signer.verify(token.expose_secret()).is_some();
    assert!(accepts(&both, &before) && accepts(&both, &after) && accepts(&new, &after));
    assert!(!accepts(&new, &before) && !accepts(&old, &after));
}

#[test]
fn other_algorithms_and_other_keys_are_refused() {
    let signer = signer(&[1]);
    for header in [
        r#"{"alg":"none"}"#,
        r#"{"typ":"JWT","alg":"None"}"#,
        r#"{"typ":"JWT","alg":"hs256"}"#,
        r#"{"typ":"JWT","alg":"HS384"}"#,
        r#"{"typ":"JWT","alg":"HS512"}"#,
        r#"{"typ":"JWT","alg":"RS256"}"#,
        r#"{"typ":"JWT","alg":"ES256"}"#,
        r#"{"typ":"JWT"}"#,
        "{}",
        "",
    ] {
        let token = forge(header, &json(), &[1; 32]);
        assert_eq!(signer.verify(&token), None, "{header}");
        let (unsigned, _) = token.rsplit_once('.').unwrap();
        assert_eq!(signer.verify(&format!("{unsigned}.")), None, "{header}");
        assert_eq!(signer.verify(unsigned), None, "{header}");
    }
    assert_eq!(signer.verify(&forge(HS256, &json(), &[2; 32])), None);
    assert_eq!(signer.verify(&forge(HS256, &json(), &[])), None);
    for wrong in ["", "{}", "null", "[]", "7", r#"{"sub":"room:1"}"#] {
        assert_eq!(signer.verify(&forge(HS256, wrong, &[1; 32])), None, "{wrong}");
    }
}

/// RFC 7515, section 4.1.11: who does not understand what is critical refuses the whole.
#[test]
fn a_token_with_critical_extensions_is_refused() {
    let signer = signer(&[1]);
    for critical in [r#"["b64"]"#, r#"["exp"]"#, "[]", r#""b64""#, "7"] {
        let header = format!(r#"{{"typ":"JWT","alg":"HS256","b64":true,"crit":{critical}}}"#);
        assert_eq!(signer.verify(&forge(&header, &json(), &[1; 32])), None, "{critical}");
    }
}

#[test]
fn a_token_cut_short_or_too_long_is_refused() {
    let signer = signer(&[1]);
    let token = forge(HS256, &json(), &[1; 32]);
    for end in 0..token.len() {
        assert_eq!(signer.verify(&token[..end]), None, "{end}");
    }
    for longer in [format!("{token}."), format!("{token}A"), format!("{token}="), format!(" {token}")] {
        assert_eq!(signer.verify(&longer), None, "{longer}");
    }
    let padded = |spaces: usize| forge(HS256, &format!("{}{}", json(), " ".repeat(spaces)), &[1; 32]);
    assert!(padded(2_500).len() <= TOKEN_MAX_BYTES && signer.verify(&padded(2_500)).is_some());
    assert!(padded(3_000).len() > TOKEN_MAX_BYTES && signer.verify(&padded(3_000)).is_none());
    assert_eq!(signer.verify(&"a.b.c".repeat(1_000_000)), None);
}

#[test]
fn keys_are_long_enough() {
    assert_eq!(JwtSigner::new(vec![]).err(), Some(InvalidKeys::None));
    let short: SecretSlice<u8> = vec![1; 31].into();
    let refused = JwtSigner::new(vec![key(1), short]).err();
    assert_eq!(refused, Some(InvalidKeys::TooShort { position: 2, bytes: 31 }));
}

#[test]
fn no_secret_is_printed() {
    let secret = b"correct-horse-battery-staple-0123456789".to_vec();
    let printed = format!("{:?}", JwtSigner::new(vec![secret.into()]).unwrap());
    assert_eq!(printed, "JwtSigner { keys: 1, .. }");
    assert!(!format!("{:?}", signer(&[1]).sign(&claims())).contains("eyJ"));
}

proptest! {
    #[test]
    fn garbage_is_refused(token in any::<String>()) {
        prop_assert_eq!(signer(&[1]).verify(&token), None);
    }

    #[test]
    fn garbage_of_three_parts_is_refused(
        header in "\\PC{0,40}", payload in "\\PC{0,40}", signature in proptest::collection::vec(any::<u8>(), 0..40)
    ) {
        let encode = |part: &str| BASE64URL_NOPAD.encode(part.as_bytes());
        let token = format!("{}.{}.{}", encode(&header), encode(&payload), BASE64URL_NOPAD.encode(&signature));
        prop_assert_eq!(signer(&[1]).verify(&token), None);
        prop_assert_eq!(signer(&[1]).verify(&format!("{header}.{payload}.")), None);
    }

    /// One bit of one character, or one character for another: nothing of a token can be changed.
    #[test]
    fn a_changed_token_is_refused(at in any::<prop::sample::Index>(), to in "[A-Za-z0-9._=-]") {
        let token = forge(HS256, &json(), &[1; 32]);
        let at = at.index(token.len());
        let changed = format!("{}{to}{}", &token[..at], &token[at + 1..]);
        prop_assert_eq!(signer(&[1]).verify(&changed).is_some(), changed == token);
    }
}
