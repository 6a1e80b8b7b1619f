use super::*;
use crate::model::wire;

fn map(text: &str) -> Map {
    wire::parse(text.as_bytes(), 9).unwrap().as_object().cloned().unwrap()
}

/// The body without what every body has.
fn text(mut body: Map) -> String {
    let log = body.take("log").unwrap();
    assert_eq!(wire::to_string(&log), r#"{"options":{},"appId":"app"}"#);
    assert_eq!(body.take("headers"), Some(Value::Object(Map::new())));
    wire::to_string(&Value::Object(body))
}

#[test]
fn functions_are_told_their_parameters_bare() {
    let params = map(
        r#"{"d":{"__type":"Date","iso":"2020-01-01T00:00:00.000Z"},"l":[{"__type":"Pointer","className":"A","objectId":"x1"}],"n":{"x":1}}"#,
    );
    let about = About {
        user: Some(map(r#"{"objectId":"u","username":"n"}"#)),
        installation_id: Some("inst".into()),
        context: map(r#"{"k":1}"#),
        ip: Some([127, 0, 0, 1].into()),
        ..About::default()
    };
    assert_eq!(
        text(function("app", "f1", FunctionRequest { about, params })),
        concat!(
            r#"{"params":{"d":"2020-01-01T00:00:00.000Z","l":[{"objectId":"x1"}],"n":{"x":1}},"master":false,"#,
            r#""isReadOnly":false,"user":{"username":"n","objectId":"u"},"installationId":"inst","ip":"127.0.0.1","#,
            r#""functionName":"f1","context":{"k":1}}"#
        )
    );
}

#[test]
fn triggers_are_told_what_is_theirs() {
    let request = |object: &str| TriggerRequest { object: Some(map(object)), ..TriggerRequest::default() };
    assert_eq!(
        text(trigger("app", "WH", Trigger::BeforeSave, request(r#"{"objectId":"o","a":1}"#))),
        concat!(
            r#"{"triggerName":"beforeSave","object":{"a":1,"objectId":"o","className":"WH"},"master":false,"#,
            r#""isReadOnly":false,"context":{}}"#
        )
    );
    let find = || TriggerRequest {
        query: Some(map(r#"{"where":{},"limit":5}"#)),
        objects: vec![map(r#"{"objectId":"o","className":"WH","a":8}"#)],
        is_get: true,
        ..TriggerRequest::default()
    };
    assert_eq!(
        text(trigger("app", "WH", Trigger::BeforeFind, find())),
        concat!(
            r#"{"triggerName":"beforeFind","query":{"where":{},"limit":5},"master":false,"isReadOnly":false,"#,
            r#""count":false,"isGet":true,"context":{}}"#
        )
    );
    assert_eq!(
        text(trigger("app", "WH", Trigger::AfterFind, find())),
        concat!(
            r#"{"triggerName":"afterFind","object":null,"master":false,"isReadOnly":false,"isGet":true,"context":{},"#,
            r#""query":{"where":{},"limit":5},"objects":[{"a":8,"objectId":"o"}]}"#
        )
    );
}
