use super::*;

fn said(status: u16, body: &str) -> Result<Option<String>, (Option<i32>, String)> {
    let headers = Map::from([("content-type", Value::from("text/plain"))]);
    let reply = Reply { status, headers, body: body.as_bytes().to_vec() };
    let told = |error: Error| (error.code().map(Code::number), error.client_message(true).unwrap().to_owned());
    success(reply).map(|value| value.map(|value| wire::to_string(&value))).map_err(told)
}

#[test]
fn answers_say_something_or_nothing() {
    assert_eq!(said(200, r#"{"success":{"a":1}}"#), Ok(Some(r#"{"a":1}"#.into())));
    assert_eq!(said(200, r#"{"success":null}"#), Ok(Some("null".into())));
    assert_eq!(said(302, r#"{"success":1}"#), Ok(Some("1".into())));
    for nothing in ["{}", "oops", "", "[1]", "5", "null", r#""""#, r#"{"error":""}"#, r#"{"error":0}"#] {
        assert_eq!(said(200, nothing), Ok(None), "{nothing}");
    }
    assert_eq!(said(200, r#""{\"success\":2}""#), Ok(Some("2".into())));
}

#[test]
fn errors_are_told_as_parse_server_tells_them() {
    let failed = |text: &str| Err((Some(141), text.to_owned()));
    assert_eq!(said(200, r#"{"error":"bad","success":1}"#), failed("bad"));
    assert_eq!(said(200, r#"{"error":{"code":777,"message":"m"}}"#), failed("m"));
    assert_eq!(said(200, r#"{"error":{"code":777}}"#), failed(r#"{"code":777}"#));
    let malformed = r#"{"error":"Malformed response","code":-1,"partialResponse":"oops"}"#;
    assert_eq!(said(200, r#""oops""#), failed(malformed));
    let whole = concat!(
        r#"{"status":500,"headers":{"content-type":"text/plain"},"buffer":{"type":"Buffer","data":[123,125]},"#,
        r#""text":"{}","data":{}}"#
    );
    assert_eq!(said(500, "{}"), failed(whole));
}

#[test]
fn what_triggers_make_of_an_answer() {
    let of = |trigger, said: &str| of_trigger(trigger, wire::parse(said.as_bytes(), 9).ok());
    let data = of(Trigger::BeforeSave, r#"{"a":1,"className":"A","createdAt":1,"updatedAt":2}"#).object.unwrap();
    assert_eq!(wire::to_string(&Value::Object(data)), r#"{"a":1}"#);
    assert!(of(Trigger::BeforeSave, "true").object.is_none());
    assert_eq!(of(Trigger::AfterFind, r#"[{"a":1},2]"#).objects, Some(vec![Map::new(), Map::new()]));
    assert!(of(Trigger::AfterFind, "true").objects.is_none());
    assert!(of(Trigger::BeforeFind, r#"{"where":{}}"#).query.is_none());
    assert!(of(Trigger::BeforeFind, "[1]").objects.is_none());
    assert_eq!(of(Trigger::BeforeFind, "[]").objects, Some(Vec::new()));
}
