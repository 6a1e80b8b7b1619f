use std::time::Duration;

use futures_util::FutureExt as _;

use super::*;
use crate::config::OtpAlgorithm;
use crate::model::wire;

/// The seed of the RFC in Base32; at 59 s its token is 287082, and 081804 at 1,111,111,109 s.
const SECRET: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
const AT: Date = Date(59_000);

struct Counting;
impl crate::model::id::Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.iter_mut().zip(0..).for_each(|(byte, n)| *byte = n);
    }
}

fn map(text: &str) -> Map {
    wire::parse(text.as_bytes(), 9).unwrap().as_object().cloned().unwrap()
}

fn ask(sent: &str, stored: Option<&Map>, asker: Asker) -> Result<Verdict, String> {
    let config =
        MfaConfig { totp: true, sms: None, digits: 6, period: Duration::from_secs(30), algorithm: OtpAlgorithm::Sha1 };
    let question = Question { sent: &map(sent), stored, asker, request: Map::new(), now: AT, random: &Counting };
    Mfa::new(Some(&config), None).answer(&question).now_or_never().unwrap().map_err(|error| error.to_string())
}

fn stored() -> Map {
    map(&format!(r#"{{"secret":"{SECRET}","recovery":["first","second"]}}"#))
}

#[test]
fn a_set_up_wants_a_secret_and_its_token() {
    let right = format!(r#"{{"secret":"{SECRET}","token":"287082","more":1}}"#);
    for asker in [Asker::Stranger, Asker::Owner, Asker::Master] {
        let verdict = ask(&right, None, asker).unwrap();
        let save = verdict.save.unwrap();
        assert_eq!(save.keys().collect::<Vec<_>>(), ["secret", "recovery"]);
        let codes = save["recovery"].as_array().unwrap();
        assert!(codes.len() == 2 && codes.iter().all(|code| code.as_str().unwrap().len() == 30));
        let told = format!("{}, {}", codes[0].as_str().unwrap(), codes[1].as_str().unwrap());
        assert_eq!(verdict.response, Some(Value::Object(Map::from([("recovery", Value::from(told))]))));
    }
    for (sent, wrong) in [
        ("{}", "141: Invalid MFA data"),
        (r#"{"secret":"short","token":"287082"}"#, "141: Invalid MFA data"),
        (r#"{"secret":{"$ne":1},"token":"287082"}"#, "141: Invalid MFA data"),
        (r#"{"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"}"#, "141: Invalid MFA data"),
        (r#"{"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","token":{"$ne":"1"}}"#, "141: Invalid MFA token"),
        (r#"{"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","token":287082}"#, "141: Invalid MFA token"),
        (r#"{"secret":"GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","token":"287083"}"#, "141: Invalid MFA token"),
        (r#"{"secret":"1EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ","token":"287082"}"#, "141: Invalid character found: 1"),
    ] {
        assert_eq!(ask(sent, None, Asker::Owner).unwrap_err(), wrong, "{sent}");
    }
}

#[test]
fn a_token_changes_nothing_and_a_code_is_taken_away() {
    let had = stored();
    let by_token = ask(r#"{"token":"287082"}"#, Some(&had), Asker::Stranger).unwrap();
    assert!(by_token.keep && by_token.save.is_none());
    let by_code = ask(r#"{"token":"second"}"#, Some(&had), Asker::Stranger).unwrap();
    let left = by_code.save.unwrap();
    assert_eq!((&left["secret"], &left["recovery"]), (&had["secret"], &Value::Array(vec!["first".into()])));
    let invalid = "141: Invalid MFA token";
    for wrong in [
        r#"{"token":"287083"}"#,
        r#"{"token":287082}"#,
        r#"{"token":""}"#,
        r#"{"token":null}"#,
        r#"{"token":["first"]}"#,
        r#"{"token":{"$in":["first"]}}"#,
        r#"{"token":"firs"}"#,
        r#"{"old":"287082"}"#,
        "{}",
    ] {
        assert_eq!(ask(wrong, Some(&had), Asker::Stranger).unwrap_err(), invalid, "{wrong}");
    }
}

#[test]
fn an_update_wants_the_old_factor_too_but_not_from_the_master_key() {
    let had = stored();
    let new = |old: &str| format!(r#"{{"secret":"{SECRET}","token":"287082"{old}}}"#);
    for old in [r#","old":"287082""#, r#","old":"first""#] {
        let save = ask(&new(old), Some(&had), Asker::Owner).unwrap().save.unwrap();
        assert!(!save["recovery"].as_array().unwrap().contains(&"first".into()), "codes are new");
    }
    for old in ["", r#","old":"000000""#, r#","old":{"$ne":""}"#] {
        assert_eq!(ask(&new(old), Some(&had), Asker::Owner).unwrap_err(), "141: Invalid MFA token", "{old}");
    }
    assert_eq!(ask(r#"{"old":"first"}"#, Some(&had), Asker::Owner).unwrap_err(), "141: Invalid MFA data");
    let set = ask(r#"{"secret":"x"}"#, Some(&had), Asker::Master).unwrap();
    assert!(set.save.is_none() && !set.keep, "what the master key sends is stored");
}

#[test]
fn nothing_but_the_status_is_shown() {
    let shown = |stored: &Map| wire::to_string(&Value::Object(Mfa::new(None, None).shown(stored).unwrap()));
    assert_eq!(shown(&stored()), r#"{"status":"enabled"}"#);
    assert_eq!(shown(&map(r#"{"mobile":"+1","secret":""}"#)), r#"{"status":"disabled"}"#);
}

#[test]
fn without_a_configuration_nobody_comes_in() {
    let had = stored();
    let question = Question {
        sent: &map(r#"{"token":"287082"}"#),
        stored: Some(&had),
        asker: Asker::Stranger,
        request: Map::new(),
        now: AT,
        random: &Counting,
    };
    let refused = Mfa::new(None, None).answer(&question).now_or_never().unwrap().unwrap_err();
    assert_eq!(refused.to_string(), "252: This authentication method is unsupported.");
    assert_eq!(Mfa::new(None, None).role(&had), Role::Additional);
}
