//! A server of identities on a port of its own: a Keycloak realm `r` whose keys it publishes, and an endpoint that introspects
//! tokens (RFC 7662) for those who know its password.

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::spawn;

/// The header that introspection asks for.
pub const AUTHORIZATION: &str = "Basic cGFyc2U6c2VjcmV0";

/// The running server.
pub struct Identity {
    url: String,
    shared: Arc<Shared>,
}

struct Shared {
    /// Key id and key; the last one signs.
    keys: Mutex<Vec<(String, KeyPair)>>,
    /// What is known of opaque tokens.
    tokens: Mutex<HashMap<String, Value>>,
    /// How often the keys were asked for.
    asked: AtomicUsize,
}

impl Identity {
    /// Starts one with one key, `k1`.
    pub fn start() -> Identity {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let shared =
            Arc::new(Shared { keys: Mutex::default(), tokens: Mutex::default(), asked: AtomicUsize::default() });
        let served = shared.clone();
        spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = served.clone();
                spawn(move || serve(&shared, stream));
            }
        });
        let server = Identity { url, shared };
        server.add_key("k1");
        server
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The issuer of its tokens.
    pub fn issuer(&self) -> String {
        format!("{}/realms/r", self.url)
    }

    /// Signs with a new key from now on.
    pub fn add_key(&self, id: &str) {
        let key = KeyPair::generate(KeySize::Rsa2048).expect("a key");
        self.shared.keys.lock().expect("keys").push((id.to_owned(), key));
    }

    /// How often the keys were asked for.
    pub fn times_asked(&self) -> usize {
        self.shared.asked.load(Ordering::SeqCst)
    }

    /// The modulus of the key that signs, which everybody knows.
    pub fn public_modulus(&self) -> Vec<u8> {
        let keys = self.shared.keys.lock().expect("keys");
        keys.last().expect("a key").1.public_key().modulus().big_endian_without_leading_zero().to_vec()
    }

    /// A token with these claims, signed as Keycloak signs.
    pub fn sign(&self, claims: &Value) -> String {
        let id = self.shared.keys.lock().expect("keys").last().expect("a key").0.clone();
        self.sign_as(&json!({"alg": "RS256", "typ": "JWT", "kid": id}), claims)
    }

    /// A token with this header, whatever that says, under a signature of RS256.
    pub fn sign_as(&self, header: &Value, claims: &Value) -> String {
        let text = unsigned(header, claims);
        let keys = self.shared.keys.lock().expect("keys");
        let key = &keys.last().expect("a key").1;
        let mut signature = vec![0; key.public_modulus_len()];
        key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text.as_bytes(), &mut signature).expect("a signature");
        format!("{text}.{}", BASE64.encode(signature))
    }

    /// Makes an opaque token known, with what introspection tells of it.
    pub fn grant(&self, token: &str, told: Value) {
        self.shared.tokens.lock().expect("tokens").insert(token.to_owned(), told);
    }
}

/// Header and claims, without a signature.
pub fn unsigned(header: &Value, claims: &Value) -> String {
    format!("{}.{}", BASE64.encode(header.to_string()), BASE64.encode(claims.to_string()))
}

/// Answers one request and closes.
fn serve(shared: &Shared, stream: TcpStream) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next()?, words.next()?);
    let (mut length, mut authorized) = (0, false);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().ok()?,
            "authorization" => authorized = value == AUTHORIZATION,
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let (status, answer) = match (method.as_str(), path.as_str()) {
        ("GET", "/realms/r/protocol/openid-connect/certs") => (200, keys(shared)),
        ("POST", "/introspect") if authorized => (200, introspected(shared, &body)),
        ("POST", "/introspect") => (401, json!({"error": "invalid_client"})),
        _ => (404, json!({})),
    };
    let answer = answer.to_string();
    let head = format!("HTTP/1.1 {status} \r\ncontent-length: {}\r\nconnection: close\r\n\r\n", answer.len());
    reader.get_mut().write_all((head + &answer).as_bytes()).ok()
}

fn keys(shared: &Shared) -> Value {
    shared.asked.fetch_add(1, Ordering::SeqCst);
    let keys = shared.keys.lock().expect("keys");
    let of = |(id, key): &(String, KeyPair)| {
        let public = key.public_key();
        let (n, e) = (public.modulus(), public.exponent());
        let [n, e] = [n, e].map(|number| BASE64.encode(number.big_endian_without_leading_zero()));
        json!({"kid": id, "kty": "RSA", "alg": "RS256", "use": "sig", "n": n, "e": e})
    };
    // Keycloak publishes keys for encryption and of other kinds beside them.
    let others = [json!({"kid": "enc", "kty": "RSA", "use": "enc", "n": "AQAB", "e": "AQAB"}), json!({"kty": "new"})];
    json!({"keys": others.into_iter().chain(keys.iter().map(of)).collect::<Vec<_>>()})
}

/// RFC 7662: of a token that is not known nothing is told but that it is not active.
fn introspected(shared: &Shared, body: &[u8]) -> Value {
    let token = str::from_utf8(body).ok().and_then(|form| form.strip_prefix("token=")).unwrap_or_default();
    shared.tokens.lock().expect("tokens").get(token).cloned().unwrap_or_else(|| json!({"active": false}))
}
