//! Tokens of service accounts. Models `pkg/serviceaccount`: claims, bound objects, expiry by the cluster's clock.
//! Omits: key pairs. A token is signed with a key that only its own cluster has (HS256), so nobody else can check one.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD as BASE64};
use ecow::eco_vec;
use sha2::{Digest, Sha256};

use crate::{
    api::Api,
    clock::Time,
    json,
    json::Json,
    object::{Key, Object},
    resources::{NODE, POD, Resource, SECRET, SERVICE_ACCOUNT},
    user::{User, account_of},
};

/// Who issues tokens, and whom they are for where nobody says so.
pub const ISSUER: &str = "https://kubernetes.default.svc.cluster.local";

/// Why a token does not let anybody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unknown {
    /// None of ours.
    #[error("invalid bearer token")]
    Foreign,
    /// Too late.
    #[error("service account token has expired")]
    Expired,
    /// Its account, or the object that it is bound to, is gone or another one.
    #[error("service account token has been invalidated")]
    Invalidated,
    /// Not for this server.
    #[error("token audiences are invalid for the target audiences")]
    Audience,
}

/// What a token is made from.
pub struct Wish<'a> {
    /// The account.
    pub account: &'a Object,
    /// Whom it is for.
    pub audiences: &'a Json,
    /// How long it is good, seconds.
    pub seconds: i64,
    /// The object that it is bound to, with its kind.
    pub bound: Option<(Resource, &'a Object)>,
}

/// A new token, signed.
pub fn issue(api: &Api, wish: &Wish<'_>) -> String {
    let (account, now_s) = (wish.account, api.now().0.div_euclid(1000));
    let part = |o: &Object| json!({"name": o.name().as_str(), "uid": o.uid().as_str()});
    let mut about = Json::object().with("namespace", account.namespace());
    about.set("serviceaccount", part(account));
    if let Some((resource, object)) = wish.bound {
        about.set(resource.def().singular, part(object));
    }
    let mut claims = json!({"iss": ISSUER, "iat": now_s, "nbf": now_s, "exp": now_s + wish.seconds});
    claims.set("aud", wish.audiences.clone());
    claims.set("sub", User::account(account.namespace(), account.name()).name);
    claims.set("kubernetes.io", about);
    claims.set("jti", jti(api, &claims));
    let key = key(api.rng.seed());
    let head = json!({"alg": "HS256", "kid": BASE64.encode(Sha256::digest(key))});
    let text = format!("{}.{}", BASE64.encode(head.to_bytes()), BASE64.encode(claims.to_bytes()));
    let signature = BASE64.encode(hmac(&key, text.as_bytes()));
    format!("{text}.{signature}")
}

/// Is it a token of the cluster with that seed, whatever it is worth by now?
pub fn is_signed(seed: u64, token: &str) -> bool {
    claims(seed, token).is_some()
}

/// Whom a token lets in as of `now`, and for which audiences; `wanted` are those that will do, none for the server's own.
///
/// # Errors
/// Why it does not.
pub fn authenticate(api: &Api, token: &str, wanted: &[Json], now: Time) -> Result<(User, Json), Unknown> {
    let claims = claims(api.rng.seed(), token).ok_or(Unknown::Foreign)?;
    let own = [Json::from(ISSUER)];
    let wanted = if wanted.is_empty() { &own } else { wanted };
    let audiences: Json = wanted.iter().filter(|a| claims["aud"].list().contains(a)).cloned().collect();
    if audiences.is_empty() {
        return Err(Unknown::Audience);
    }
    if now.0 >= claims["exp"].int().unwrap_or(0).saturating_mul(1000) {
        return Err(Unknown::Expired);
    }
    let (namespace, name) = account_of(claims["sub"].text()).ok_or(Unknown::Foreign)?;
    let about = &claims["kubernetes.io"];
    let is_there = |resource: Resource, namespace: &str, part: &Json| {
        part.is_null()
            || api
                .find(resource, &Key::new(namespace, part["name"].text()))
                .is_some_and(|o| part["uid"] == o.uid().as_str())
    };
    let whole = is_there(SERVICE_ACCOUNT, namespace, &about["serviceaccount"])
        && is_there(POD, namespace, &about["pod"])
        && is_there(SECRET, namespace, &about["secret"])
        && is_there(NODE, "", &about["node"]);
    if !whole {
        return Err(Unknown::Invalidated);
    }
    let mut user = User::account(namespace, name).known_by(format!("JTI={}", claims["jti"].text()));
    user.uid = about["serviceaccount"]["uid"].text().into();
    for (kind, field) in [("node", "node"), ("pod", "pod")] {
        for part in ["name", "uid"] {
            if let Some(value) = about[field][part].eco() {
                let name = format!("authentication.kubernetes.io/{kind}-{part}");
                user.extra.push((name.into(), eco_vec![value.clone()]));
            }
        }
    }
    Ok((user, audiences))
}

/// The claims of a token that bears this cluster's signature.
fn claims(seed: u64, token: &str) -> Option<Json> {
    let (text, signature) = token.rsplit_once('.')?;
    let (_, claims) = text.split_once('.')?;
    let signature = BASE64.decode(signature).ok()?;
    let expected = hmac(&key(seed), text.as_bytes());
    let differs = signature.iter().zip(&expected).fold(0, |diff, (a, b)| diff | (a ^ b));
    if signature.len() != expected.len() || differs != 0 {
        return None;
    }
    Json::parse(&BASE64.decode(claims).ok()?).ok()
}

/// The cluster's own key, from its seed.
fn key(seed: u64) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"service account tokens");
    hash.update(seed.to_be_bytes());
    hash.finalize().into()
}

/// The token's own name: a uuid of what it says.
fn jti(api: &Api, claims: &Json) -> String {
    let h = hmac(&key(api.rng.seed()), &claims.to_bytes());
    let hex = |range: std::ops::Range<usize>| h[range].iter().map(|b| format!("{b:02x}")).collect::<String>();
    format!("{}-{}-4{}-8{}-{}", hex(0..4), hex(4..6), &hex(6..8)[1..], &hex(8..10)[1..], hex(10..16))
}

/// RFC 2104 with SHA-256; the key is shorter than a block.
fn hmac(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let padded = |pad: u8| {
        let mut block = [pad; 64];
        block.iter_mut().zip(key).for_each(|(b, k)| *b ^= k);
        block
    };
    let inner = Sha256::new().chain_update(padded(0x36)).chain_update(message).finalize();
    Sha256::new().chain_update(padded(0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signature_is_hmac_sha_256() {
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let hex: String =
            hmac(&key, b"what do ya want for nothing?").iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            "RFC 4231, case 2"
        );
    }
}
