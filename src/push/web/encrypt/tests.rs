use super::*;
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;

fn bytes(text: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn to(key: &[u8], auth: &[u8]) -> Subscription {
    Subscription { endpoint: "https://fcm.googleapis.com/".parse().unwrap(), key: key.to_vec(), auth: auth.to_vec() }
}

fn private(key: &str) -> PrivateKey {
    PrivateKey::from_private_key(&ECDH_P256, &bytes(key)).unwrap()
}

const SALT: &str = "DGv6ra1nlYgDCS1FRnbzlw";
const OWN_KEY: &str = "yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw";
const BROWSER_KEY: &str = "q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94";
const AUTH: &str = "BTBZMqHH6r4Tts7J_aSIgg";

/// RFC 8291, section 5 and appendix A.
#[test]
fn encrypts_what_the_standard_encrypts() {
    let key = bytes("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4");
    let once = Once { salt: bytes(SALT).try_into().unwrap(), key: private(OWN_KEY) };
    let body = encrypt(b"When I grow up, I want to be a watermelon", &to(&key, &bytes(AUTH)), &once).unwrap();
    let wanted = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
    assert_eq!(BASE64_URL_SAFE_NO_PAD.encode(body), wanted);
}

/// What the browser reads.
fn opened(body: &[u8], browser: &PrivateKey, auth: &[u8]) -> Result<Vec<u8>, Unspecified> {
    assert_eq!(body[16..20], 4096_u32.to_be_bytes());
    let sender = &body[21..21 + usize::from(body[20])];
    let own = browser.compute_public_key()?;
    let peer = UnparsedPublicKey::new(&ECDH_P256, sender);
    let secret = agree(browser, peer, Unspecified, |secret| Ok(Salt::new(HKDF_SHA256, auth).extract(secret)))?;
    let shared: [u8; 32] = expanded(&secret, &[b"WebPush: info\0", own.as_ref(), sender])?;
    let secret = Salt::new(HKDF_SHA256, &body[..16]).extract(&shared);
    let key: [u8; 16] = expanded(&secret, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expanded(&secret, &[b"Content-Encoding: nonce\0"])?;
    let key = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &key)?);
    let mut record = body[21 + sender.len()..].to_vec();
    let text = key.open_in_place(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut record)?;
    assert_eq!(text.last(), Some(&2));
    Ok(text[..text.len() - 1].to_vec())
}

#[test]
fn the_browser_reads_it_and_nobody_else() {
    let browser = private(BROWSER_KEY);
    let to = to(browser.compute_public_key().unwrap().as_ref(), &bytes(AUTH));
    for length in [0, 2, LONGEST] {
        let text = vec![7; length];
        let body = encrypt(&text, &to, &Once::new().unwrap()).unwrap();
        assert_eq!(body.len(), HEADER + length + 17);
        assert_eq!(opened(&body, &browser, &bytes(AUTH)).unwrap(), text);
        assert!(opened(&body, &private(OWN_KEY), &bytes(AUTH)).is_err());
        assert!(opened(&body, &browser, &[0; 16]).is_err());
        assert_ne!(body, encrypt(&text, &to, &Once::new().unwrap()).unwrap(), "no salt is used twice");
    }
}

#[test]
fn refuses_what_no_browser_could_read() {
    let browser = private(BROWSER_KEY).compute_public_key().unwrap();
    let too_long = encrypt(&[7; LONGEST + 1], &to(browser.as_ref(), &[0; 16]), &Once::new().unwrap()).unwrap_err();
    assert_eq!(too_long, "The notification has 3994 bytes; a browser takes 3993");
    let mut off = browser.as_ref().to_vec();
    off[64] ^= 1;
    for key in [&off[..], &[4; 65], &[0; 65]] {
        let error = encrypt(b"x", &to(key, &[0; 16]), &Once::new().unwrap()).unwrap_err();
        assert_eq!(error, "The subscription p256dh value is not a public key");
    }
}
