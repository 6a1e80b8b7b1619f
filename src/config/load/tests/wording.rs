//! Start-up errors in Parse Server's words.

use serde_json::{Value, json};

use super::support::Setup;

fn refused(options: Value, says: &str) {
    let shown = options.to_string();
    assert_eq!(Setup::app(options).error(), says, "{shown}");
}

#[test]
fn keys_and_addresses() {
    refused(json!({"readOnlyMasterKey": "m"}), "masterKey and readOnlyMasterKey should be different");
    refused(json!({"maintenanceKey": "m"}), "masterKey and maintenanceKey should be different");
    for list in ["masterKeyIps", "maintenanceKeyIps", "readOnlyMasterKeyIps"] {
        refused(
            json!({list: ["::1", "local"]}),
            &format!("The Parse Server option \"{list}\" contains an invalid IP address \"local\"."),
        );
    }
    refused(json!({"trustProxy": "local"}), "trustProxy: invalid IP address: local");
    refused(json!({"masterKey": 5}), "masterKey must be a string");
    let url = "The option publicServerURL must be a valid URL starting with http:// or https://.";
    refused(json!({"publicServerURL": "example.com"}), url);
    refused(json!({"publicServerURL": 5}), "The option publicServerURL must be a string or function, but got number.");
}

#[test]
fn limits() {
    refused(json!({"defaultLimit": 0}), "Default limit must be a value greater than 0.");
    refused(json!({"maxLimit": -1}), "Max limit must be a value greater than 0.");
    refused(json!({"defaultLimit": "x"}), "Key defaultLimit has invalid value x");
    refused(json!({"maxUploadSize": "big"}), "Key maxUploadSize has invalid value \"big\"");
    refused(json!({"requestComplexity": []}), "requestComplexity must be an object.");
    refused(json!({"requestComplexity": {"allowRegex": 1}}), "requestComplexity.allowRegex must be a boolean.");
    for wrong in [json!(0), json!(-2), json!(1.5), json!("x")] {
        let says = "requestComplexity.queryDepth must be a positive integer or -1 to disable.";
        refused(json!({"requestComplexity": {"queryDepth": wrong}}), says);
    }
    let ttl = |ttl: Value| json!({"idempotencyOptions": {"ttl": ttl}});
    refused(ttl(json!(0)), "idempotency TTL value must be greater than 0 seconds");
    refused(ttl(json!("x")), "idempotency TTL value must be a number");
    refused(json!({"idempotencyOptions": {"paths": "x"}}), "idempotency paths must be of an array of strings");
    refused(json!({"port": 70000}), "port must be from 0 to 65535, but is 70000");
    refused(json!({"maxJsonDepth": 0}), "maxJsonDepth must be from 1 to 500");
    let off = "requestTimeout must be a number of milliseconds greater than 0, or -1 to switch it off";
    refused(json!({"requestTimeout": 0}), off);
}

#[test]
fn lists() {
    refused(json!({"allowHeaders": [1]}), "Allow headers must only contain strings");
    refused(json!({"allowHeaders": [" "]}), "Allow headers must not contain empty strings");
    refused(json!({"allowHeaders": 1}), "1 should be a comma separated string or an array");
    refused(json!({"routeAllowList": [1]}), "Parse Server option routeAllowList contains a non-string value.");
    let pattern = "Parse Server option routeAllowList contains an invalid regex pattern: \"(\".";
    refused(json!({"routeAllowList": ["("]}), pattern);
}

#[test]
fn rate_limit() {
    let full = json!({"requestPath": "/a", "requestTimeWindow": 1, "requestCount": 1});
    let with = |name: &str, value: Value| {
        let mut rule = full.clone();
        rule[name] = value;
        json!({"rateLimit": [rule]})
    };
    refused(json!({"rateLimit": 5}), "rateLimit must be an array or object");
    refused(json!({"rateLimit": [5]}), "rateLimit must be an array of objects");
    for name in ["requestPath", "requestTimeWindow", "requestCount"] {
        refused(with(name, Value::Null), &format!("rateLimit.{name} must be defined"));
    }
    refused(with("requestPath", json!(1)), "rateLimit.requestPath must be a string");
    refused(with("requestTimeWindow", json!("1")), "rateLimit.requestTimeWindow must be a number");
    refused(with("requestCount", json!("1")), "rateLimit.requestCount must be a number");
    refused(with("includeInternalRequests", json!(1)), "rateLimit.includeInternalRequests must be a boolean");
    refused(with("errorResponseMessage", json!(1)), "rateLimit.errorResponseMessage must be a string");
    refused(with("zone", json!("x")), "rateLimit.zone must be one of global, session, user, or ip");
    assert!(
        Setup::app(with("requestPath", json!("/a(")))
            .error()
            .starts_with("rateLimit.requestPath \"/a(\" is not valid: ")
    );
    assert!(Setup::app(with("redisUrl", json!("redis://x"))).error().contains("rateLimit.redisUrl (Redis)"));
}

#[test]
fn groups() {
    refused(json!({"fileUpload": 5}), "fileUpload must be an object value.");
    refused(json!({"fileUpload": {"enableForPublic": 1}}), "fileUpload.enableForPublic must be a boolean value.");
    refused(json!({"fileUpload": {"fileExtensions": "x"}}), "fileUpload.fileExtensions must be an array.");
    let empty = "fileUpload.allowedFileUrlDomains must contain only non-empty strings.";
    refused(json!({"fileUpload": {"allowedFileUrlDomains": [""]}}), empty);
    refused(json!({"fileDownload": {"enableForPublic": 1}}), "fileDownload.enableForPublic must be a boolean value.");
    refused(json!({"pages": 5}), "Parse Server option pages must be an object.");
    refused(json!({"pages": {"forceRedirect": 1}}), "Parse Server option pages.forceRedirect must be a boolean.");
    refused(json!({"pages": {"customUrls": 1}}), "Parse Server option pages.customUrls must be an object.");
    refused(json!({"security": {"enableCheck": 1}}), "Parse Server option security.enableCheck must be a boolean.");
    refused(json!({"schema": {"strict": 1}}), "Parse Server option schema.strict must be a boolean.");
    refused(json!({"schema": {"definitions": 1}}), "Parse Server option schema.definitions must be an array.");
    refused(json!({"customPages": 5}), "Parse Server option customPages must be an object.");
    refused(json!({"databaseOptions": 5}), "databaseOptions must be an object");
    refused(
        json!({"databaseOptions": {"enableSchemaHooks": 1}}),
        "databaseOptions.enableSchemaHooks must be a boolean",
    );
    refused(json!({"databaseOptions": {"schemaCacheTtl": "1"}}), "databaseOptions.schemaCacheTtl must be a number");
    refused(
        json!({"databaseOptions": {"allowPublicExplain": 1}}),
        "Parse Server option 'databaseOptions.allowPublicExplain' must be a boolean.",
    );
    refused(json!({"installation": 5}), "installation must be an object.");
    refused(json!({"installation": {"x": 1}}), "installation contains unknown property 'x'.");
    refused(
        json!({"installation": {"duplicateDeviceTokenAction": "x"}}),
        "installation.duplicateDeviceTokenAction must be one of: 'delete', 'update'.",
    );
    let levels = r#"must be one of ["error","warn","info","debug","verbose","silly","silent"]"#;
    refused(json!({"logLevels": {"triggerAfter": "x"}}), &format!("'triggerAfter' {levels}"));
    refused(json!({"logLevel": "x"}), &format!("'logLevel' {levels}"));
    refused(json!({"liveQuery": {"regexTimeout": "1"}}), "liveQuery.regexTimeout must be a number");
    refused(json!({"liveQuery": {"classNames": "A"}}), "liveQuery.classes should be an array of string");
}

#[test]
fn accounts() {
    let lockout =
        |duration: Value, threshold: Value| json!({"accountLockout": {"duration": duration, "threshold": threshold}});
    let duration = "Account lockout duration should be greater than 0 and less than 100000";
    let threshold = "Account lockout threshold should be an integer greater than 0 and less than 1000";
    refused(lockout(json!(0), json!(1)), duration);
    refused(lockout(json!("1"), json!(1)), duration);
    refused(lockout(json!(1), json!(1000)), threshold);
    refused(lockout(json!(1), json!(1.5)), threshold);
    refused(
        json!({"accountLockout": {"duration": 1, "threshold": 1, "unlockOnPasswordReset": 1}}),
        "Parse Server option accountLockout.unlockOnPasswordReset must be a boolean.",
    );
    for (policy, says) in [
        (json!({"maxPasswordAge": -1}), "passwordPolicy.maxPasswordAge must be a positive number"),
        (
            json!({"resetTokenValidityDuration": 0}),
            "passwordPolicy.resetTokenValidityDuration must be a positive number",
        ),
        (json!({"validatorPattern": 1}), "passwordPolicy.validatorPattern must be a regex string or RegExp object."),
        (json!({"validatorCallback": "f"}), "passwordPolicy.validatorCallback must be a function."),
        (json!({"doNotAllowUsername": 1}), "passwordPolicy.doNotAllowUsername must be a boolean value."),
        (json!({"maxPasswordHistory": 21}), "passwordPolicy.maxPasswordHistory must be an integer ranging 0 - 20"),
        (json!({"resetTokenReuseIfValid": 1}), "resetTokenReuseIfValid must be a boolean value"),
        (
            json!({"resetTokenReuseIfValid": true}),
            "You cannot use resetTokenReuseIfValid without resetTokenValidityDuration",
        ),
        (
            json!({"resetPasswordSuccessOnInvalidEmail": 1}),
            "resetPasswordSuccessOnInvalidEmail must be a boolean value",
        ),
    ] {
        refused(json!({"passwordPolicy": policy}), says);
    }
    refused(json!({"sessionLength": 0}), "Session length must be a value greater than 0.");
    let mail = |more: Value| {
        let mut all = json!({"verifyUserEmails": true});
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let adapter = |adapter: Value, wanted: &str| {
        let error = Setup::app(json!({"emailAdapter": adapter})).error();
        assert!(error.starts_with(wanted), "{adapter}: {error}");
    };
    let url = "emailAdapter.options.url must be a URL that starts with";
    adapter(json!("my-adapter"), "emailAdapter.module must be \"http-email-adapter\" or \"smtp\"; other adapters");
    adapter(json!({"module": "http-email-adapter"}), "emailAdapter.options.url must be a string");
    let http = |options: Value| json!({"module": "http-email-adapter", "options": options});
    adapter(http(json!({"url": "ftp://x"})), url);
    adapter(
        http(json!({"url": "http://x", "methods": ["sendVerificationEmail"]})),
        "emailAdapter.options.methods must",
    );
    adapter(http(json!({"url": "http://x", "methods": ["sendMail", "sendAll"]})), "emailAdapter.options.methods must");
    let smtp = |options: Value| json!({"module": "smtp", "options": options});
    adapter(smtp(json!({"url": "http://x", "sender": "a@b"})), url);
    adapter(smtp(json!({"url": "smtp://x"})), "emailAdapter.options.sender must be a string");
    let templates = json!({"url": "smtp://x", "sender": "a@b", "templates": {"otherEmail": {}}});
    adapter(smtp(templates), "emailAdapter.options.templates must map");
    let callback =
        json!({"url": "smtp://x", "sender": "a@b", "templates": {"verificationEmail": {"localeCallback": "f"}}});
    adapter(smtp(callback), "emailAdapter.options.templates must map");
    adapter(
        smtp(json!({"url": "smtp://x", "sender": "a@b", "localeField": 1})),
        "emailAdapter.options.localeField must be",
    );
    refused(mail(json!({})), "An emailAdapter is required for e-mail verification and password resets.");
    refused(mail(json!({"emailAdapter": "x"})), "An app name is required for e-mail verification and password resets.");
    refused(mail(json!({"emailAdapter": "x", "appName": "n"})), "The option publicServerURL is required.");
    let all = json!({"emailAdapter": "x", "appName": "n", "publicServerURL": "http://x"});
    let with = |name: &str, value: Value| {
        let mut all = mail(all.clone());
        all[name] = value;
        all
    };
    refused(
        with("emailVerifyTokenValidityDuration", json!(-1)),
        "Email verify token validity duration must be a value greater than 0.",
    );
    refused(
        with("emailVerifyTokenReuseIfValid", json!(true)),
        "You cannot use emailVerifyTokenReuseIfValid without emailVerifyTokenValidityDuration",
    );
}
