//! `GET /serverInfo` (`http.md` section 8).

use crate::rest::Answer;

/// The Parse Server whose behaviour this server has; clients and dashboards choose their features by it.
pub const PARSE_SERVER_VERSION: &str = "9.10.0";

/// What this server can do; push is not built yet, so it is off. `check`: does `GET /security` answer?
pub fn answer(check: bool) -> Answer {
    let all = r#"{"create":true,"read":true,"update":true,"delete":true}"#;
    let body = format!(
        concat!(
            r#"{{"features":{{"globalConfig":{all},"hooks":{all},"cloudCode":{{"jobs":true}},"#,
            r#""logs":{{"level":true,"size":true,"order":true,"until":true,"from":true}},"#,
            r#""push":{{"immediatePush":false,"scheduledPush":false,"storedPushData":false,"pushAudiences":true,"#,
            r#""localization":true}},"schemas":{{"addField":true,"removeField":true,"addClass":true,"removeClass":true,"#,
            r#""clearAllDataFromClass":true,"exportClass":false,"editClassLevelPermissions":true,"#,
            r#""editPointerPermissions":true}},"settings":{{"securityCheck":{check}}}}},"parseServerVersion":"{version}"}}"#,
        ),
        all = all,
        check = check,
        version = PARSE_SERVER_VERSION,
    );
    Answer::raw(body.into_bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_recorded_answer() {
        let recorded = r#"{"features":{"globalConfig":{"create":true,"read":true,"update":true,"delete":true},"hooks":{"create":true,"read":true,"update":true,"delete":true},"cloudCode":{"jobs":true},"logs":{"level":true,"size":true,"order":true,"until":true,"from":true},"push":{"immediatePush":false,"scheduledPush":false,"storedPushData":false,"pushAudiences":true,"localization":true},"schemas":{"addField":true,"removeField":true,"addClass":true,"removeClass":true,"clearAllDataFromClass":true,"exportClass":false,"editClassLevelPermissions":true,"editPointerPermissions":true},"settings":{"securityCheck":false}},"parseServerVersion":"9.10.0"}"#;
        assert_eq!(String::from_utf8(super::answer(false).body).unwrap(), recorded);
    }
}
