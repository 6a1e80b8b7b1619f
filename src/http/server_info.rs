//! `GET /serverInfo` (`http.md` section 8).

use crate::config::AppConfig;
use crate::rest::Answer;

/// The Parse Server whose behaviour this server has; clients and dashboards choose their features by it.
pub const PARSE_SERVER_VERSION: &str = "9.10.0";

/// What this server can do.
pub fn answer(config: &AppConfig) -> Answer {
    let (check, push) = (config.security.enable_check, config.push.as_ref());
    body(check, push.is_some(), push.is_some_and(|push| push.scheduled))
}

fn body(check: bool, push: bool, scheduled: bool) -> Answer {
    let all = r#"{"create":true,"read":true,"update":true,"delete":true}"#;
    let body = format!(
        concat!(
            r#"{{"features":{{"globalConfig":{all},"hooks":{all},"cloudCode":{{"jobs":true}},"#,
            r#""logs":{{"level":true,"size":true,"order":true,"until":true,"from":true}},"#,
            r#""push":{{"immediatePush":{push},"scheduledPush":{scheduled},"storedPushData":{push},"pushAudiences":true,"#,
            r#""localization":true}},"schemas":{{"addField":true,"removeField":true,"addClass":true,"removeClass":true,"#,
            r#""clearAllDataFromClass":true,"exportClass":false,"editClassLevelPermissions":true,"#,
            r#""editPointerPermissions":true}},"settings":{{"securityCheck":{check}}}}},"parseServerVersion":"{version}"}}"#,
        ),
        all = all,
        check = check,
        push = push,
        scheduled = scheduled,
        version = PARSE_SERVER_VERSION,
    );
    Answer::raw(body.into_bytes())
}

#[cfg(test)]
mod tests {
    #[test]
    fn is_the_recorded_answer() {
        let recorded = r#"{"features":{"globalConfig":{"create":true,"read":true,"update":true,"delete":true},"hooks":{"create":true,"read":true,"update":true,"delete":true},"cloudCode":{"jobs":true},"logs":{"level":true,"size":true,"order":true,"until":true,"from":true},"push":{"immediatePush":false,"scheduledPush":false,"storedPushData":false,"pushAudiences":true,"localization":true},"schemas":{"addField":true,"removeField":true,"addClass":true,"removeClass":true,"clearAllDataFromClass":true,"exportClass":false,"editClassLevelPermissions":true,"editPointerPermissions":true},"settings":{"securityCheck":false}},"parseServerVersion":"9.10.0"}"#;
        assert_eq!(String::from_utf8(super::body(false, false, false).body).unwrap(), recorded);
    }
}
