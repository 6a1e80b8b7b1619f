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

#[test]
fn no_salt_is_used_twice_and_the_longest_text_fills_the_record() {
    let browser = private(BROWSER_KEY).compute_public_key().unwrap();
    let encrypted = || encrypt(&[7; LONGEST], &to(browser.as_ref(), &bytes(AUTH)), &Once::new().unwrap()).unwrap();
    let (one, other) = (encrypted(), encrypted());
    assert_eq!((one.len(), &one[16..20]), (RECORD, &4096_u32.to_be_bytes()[..]));
    assert!(one[..16] != other[..16] && one[21..86] != other[21..86] && one[86..] != other[86..]);
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
