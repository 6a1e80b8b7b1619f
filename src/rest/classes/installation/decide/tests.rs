use super::*;
use crate::model::wire;

const PLAIN: InstallationConfig =
    InstallationConfig { keep_duplicates: false, prefer_installation_id: false, enforce_auth: false };

/// `id installationId deviceToken [appIdentifier]`, `-` for none.
fn rows(lines: &str) -> Vec<ParseObject> {
    let row = |line: &str| {
        let words: Vec<&str> = line.split_whitespace().collect();
        let fields = ["installationId", "deviceToken", "appIdentifier"].into_iter().zip(&words[1..]);
        let fields = fields.filter(|(_, word)| **word != "-").map(|(name, word)| (name, Value::from(*word)));
        let fields = fields.chain([("deviceType", Value::from("ios"))]).collect();
        ParseObject { id: words[0].to_owned(), fields, ..ParseObject::default() }
    };
    lines.split(',').filter(|line| !line.trim().is_empty()).map(row).collect()
}

fn sent(id: Option<&str>, body: &str) -> Sent {
    let Ok(Value::Object(mut body)) = wire::parse(body.as_bytes(), 5) else { panic!("{body}") };
    let mut sent = Sent { id: id.map(str::to_owned), ..Sent::default() };
    sent.own = lower(&mut body, "installationId", |_| true).unwrap();
    sent.token = lower(&mut body, "deviceToken", |_| false).unwrap();
    sent.installation = sent.own.clone().or_else(|| Some(body.get("header")?.as_str()?.to_owned()));
    sent.device_type = body.take("deviceType");
    sent.app = body.take("appIdentifier");
    sent.body_id = body.get("objectId").and_then(Value::as_str).map(str::to_owned);
    sent
}

/// `target: losers, without` or the code of the error.
fn told(id: Option<&str>, body: &str, lines: &str, config: &InstallationConfig) -> String {
    match decide(&sent(id, body), &rows(lines), config) {
        Err(error) => error.code().unwrap().number().to_string(),
        Ok(Decision { target, losers, cleared }) => {
            let target = target.as_deref().unwrap_or("new").to_owned();
            if losers.is_empty() { target } else { format!("{target}: {} without {cleared}", losers.join(" ")) }
        }
    }
}

#[test]
fn a_new_save() {
    for (body, lines, expected) in [
        (r#"{"installationId":"i"}"#, "", "135"),
        (r#"{"installationId":"i","deviceType":"ios"}"#, "", "new"),
        (r#"{"installationId":"i"}"#, "a i t", "a"),
        (r#"{"installationId":"i"}"#, "a i t, b i u", "b"),
        (r#"{"header":"i","deviceToken":"t"}"#, "a i -", "a"),
        // No row has the installation id.
        (r#"{"deviceToken":"t","deviceType":"ios"}"#, "a i t", "a"),
        (r#"{"installationId":"i","deviceToken":"t","deviceType":"ios"}"#, "a - t", "a"),
        (r#"{"deviceToken":"t","deviceType":"ios"}"#, "a i t, b j t", "132"),
        (r#"{"header":"k","deviceToken":"t","deviceType":"ios"}"#, "a i t", "132"),
        (r#"{"installationId":"k","deviceToken":"t","deviceType":"ios"}"#, "a i t", "new: a without deviceToken"),
        (
            r#"{"installationId":"k","deviceToken":"t","deviceType":"ios"}"#,
            "a i t, b - t",
            "new: a b without deviceToken",
        ),
        (
            r#"{"installationId":"k","deviceToken":"t","deviceType":"ios","appIdentifier":"x"}"#,
            "a i t x, b j t y, c l t",
            "new: a without deviceToken",
        ),
        // A row has it.
        (r#"{"installationId":"i","deviceToken":"t"}"#, "a i -, b - t", "b: a without installationId"),
        (r#"{"installationId":"i","deviceToken":"t"}"#, "a i u, b - t", "b: a without installationId"),
        (r#"{"installationId":"i","deviceToken":"t"}"#, "a i u, b j t", "a: b without deviceToken"),
        (r#"{"installationId":"i","deviceToken":"t"}"#, "a i u, b - t, c j t", "a: b c without deviceToken"),
        (r#"{"installationId":"i","deviceToken":"t"}"#, "a i t, b j t", "a"),
        (r#"{"header":"i","deviceToken":"t"}"#, "a i u, b j t", "a"),
    ] {
        assert_eq!(told(None, body, lines, &PLAIN), expected, "{body} {lines}");
    }
}

#[test]
fn a_save_of_a_row() {
    for (body, lines, expected) in [
        (r#"{"deviceType":"ios"}"#, "", "101"),
        (r#"{"deviceType":"ios"}"#, "a i t", "a"),
        (r#"{"deviceType":"android"}"#, "a i t", "136"),
        (r#"{"installationId":"j"}"#, "a i t", "136"),
        (r#"{"installationId":"j"}"#, "a - t", "a"),
        (r#"{"deviceToken":"u"}"#, "a - t", "136"),
        (r#"{"deviceToken":"u"}"#, "a i t", "a"),
        (r#"{"deviceToken":"u"}"#, "a - -", "a"),
        (r#"{"deviceToken":"u"}"#, "a i t, b j u", "a"),
        (r#"{"deviceToken":"u","objectId":"a"}"#, "a i t, b j u", "a: b without deviceToken"),
        (r#"{"deviceToken":"u","installationId":"i"}"#, "a i t, b j u, c - u", "a: b c without deviceToken"),
        (r#"{"deviceToken":"t"}"#, "a - t", "a"),
    ] {
        assert_eq!(told(Some("a"), body, lines, &PLAIN), expected, "{body} {lines}");
    }
}

#[test]
fn the_option_turns_the_merge_round() {
    let config = InstallationConfig { prefer_installation_id: true, ..PLAIN };
    let body = r#"{"installationId":"i","deviceToken":"t"}"#;
    assert_eq!(told(None, body, "a i -, b - t", &config), "a: b without deviceToken");
}

#[test]
fn ids_are_texts() {
    let lowered = |text: &str| {
        let Ok(Value::Object(mut body)) = wire::parse(text.as_bytes(), 5) else { panic!("{text}") };
        lower(&mut body, "x", |_| true).map(|read| (read, body))
    };
    let (read, body) = lowered(r#"{"x":"AbÇ"}"#).unwrap();
    assert_eq!((read.as_deref(), body["x"].as_str()), (Some("abç"), Some("abç")));
    for text in [r#"{"x":""}"#, r#"{"x":null}"#, r#"{"x":0}"#, "{}"] {
        assert_eq!(lowered(text).unwrap().0, None, "{text}");
    }
    for text in [r#"{"x":{"__op":"Delete"}}"#, r#"{"x":{"$ne":"y"}}"#, r#"{"x":["y"]}"#] {
        assert_eq!(lowered(text).unwrap_err().code(), Some(Code::InvalidJson), "{text}");
    }
    assert_eq!(lowered(r#"{"x":5}"#).unwrap_err().code(), Some(Code::IncorrectType));
}
