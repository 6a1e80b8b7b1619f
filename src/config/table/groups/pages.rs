//! Groups of the pages that links in mails lead to.

use super::super::{Kind::*, Others, Status, Status::*, Table, app};

/// Why most of `customPages` changes nothing.
const UNUSED_PAGE: Status = NoEffect("Parse Server does not use it any more; set the page in pages.customUrls");

/// `customPages`.
pub static CUSTOM_PAGES: Table = Table {
    name: "customPages",
    not_an_object: "Parse Server option customPages must be an object.",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app("choosePassword", "PARSE_SERVER_CUSTOM_PAGES_CHOOSE_PASSWORD", Text, "", "URL of a page", UNUSED_PAGE),
        app(
            "expiredVerificationLink",
            "PARSE_SERVER_CUSTOM_PAGES_EXPIRED_VERIFICATION_LINK",
            Text,
            "",
            "URL of a page",
            UNUSED_PAGE,
        ),
        app("invalidLink", "PARSE_SERVER_CUSTOM_PAGES_INVALID_LINK", Text, "", "URL of a page", UNUSED_PAGE),
        app(
            "invalidPasswordResetLink",
            "PARSE_SERVER_CUSTOM_PAGES_INVALID_PASSWORD_RESET_LINK",
            Text,
            "",
            "URL of a page",
            UNUSED_PAGE,
        ),
        app(
            "invalidVerificationLink",
            "PARSE_SERVER_CUSTOM_PAGES_INVALID_VERIFICATION_LINK",
            Text,
            "",
            "URL of a page",
            UNUSED_PAGE,
        ),
        app("linkSendFail", "PARSE_SERVER_CUSTOM_PAGES_LINK_SEND_FAIL", Text, "", "URL of a page", UNUSED_PAGE),
        app("linkSendSuccess", "PARSE_SERVER_CUSTOM_PAGES_LINK_SEND_SUCCESS", Text, "", "URL of a page", UNUSED_PAGE),
        app("parseFrameURL", "PARSE_SERVER_CUSTOM_PAGES_PARSE_FRAME_URL", Text, "", "URL of a page", Works),
        app(
            "passwordResetSuccess",
            "PARSE_SERVER_CUSTOM_PAGES_PASSWORD_RESET_SUCCESS",
            Text,
            "",
            "URL of a page",
            UNUSED_PAGE,
        ),
        app(
            "verifyEmailSuccess",
            "PARSE_SERVER_CUSTOM_PAGES_VERIFY_EMAIL_SUCCESS",
            Text,
            "",
            "URL of a page",
            UNUSED_PAGE,
        ),
    ],
};

/// `pages`.
pub static PAGES: Table = Table {
    name: "pages",
    not_an_object: "Parse Server option pages must be an object.",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app("customRoutes", "PARSE_SERVER_PAGES_CUSTOM_ROUTES", Groups(&PAGES_ROUTE), "[]", "extra routes", Works),
        app("customUrls", "PARSE_SERVER_PAGES_CUSTOM_URLS", Group(&PAGES_CUSTOM_URLS), "{}", "page id → URL", Works),
        app("enableLocalization", "PARSE_SERVER_PAGES_ENABLE_LOCALIZATION", Bool, "false", "localise pages", Works),
        app(
            "encodePageParamHeaders",
            "PARSE_SERVER_PAGES_ENCODE_PAGE_PARAM_HEADERS",
            Bool,
            "false",
            "URI-encode param headers",
            Works,
        ),
        app("forceRedirect", "PARSE_SERVER_PAGES_FORCE_REDIRECT", Bool, "false", "always redirect", Works),
        app(
            "localizationFallbackLocale",
            "PARSE_SERVER_PAGES_LOCALIZATION_FALLBACK_LOCALE",
            Text,
            r#""en""#,
            "fallback",
            Works,
        ),
        app("localizationJsonPath", "PARSE_SERVER_PAGES_LOCALIZATION_JSON_PATH", Text, "", "i18next JSON file", Works),
        app("pagesEndpoint", "PARSE_SERVER_PAGES_PAGES_ENDPOINT", Text, r#""apps""#, "path segment", Works),
        app("pagesPath", "PARSE_SERVER_PAGES_PAGES_PATH", Text, "", "directory", Works),
        app("placeholders", "PARSE_SERVER_PAGES_PLACEHOLDERS", Json, "{}", "extra template values", Works),
    ],
};

/// `pages.customRoutes`.
pub static PAGES_ROUTE: Table = Table {
    name: "pages.customRoutes",
    not_an_object: "pages.customRoutes must be an object",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "handler",
            "PARSE_SERVER_PAGES_ROUTE_HANDLER",
            JsonOrText,
            "",
            "URL of the server that answers {file,query}",
            Works,
        ),
        app("method", "PARSE_SERVER_PAGES_ROUTE_METHOD", Text, "", "GET, POST, PUT or DELETE", Works),
        app("path", "PARSE_SERVER_PAGES_ROUTE_PATH", Text, "", "path behind the id of the app", Works),
    ],
};

/// `pages.customUrls`.
pub static PAGES_CUSTOM_URLS: Table = Table {
    name: "pages.customUrls",
    not_an_object: "Parse Server option pages.customUrls must be an object.",
    wrong_type: "Parse Server option {path} must be {type}.",
    boolean: "a boolean",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app("passwordReset", "PARSE_SERVER_PAGES_CUSTOM_URL_PASSWORD_RESET", Text, "", "URL of the page", Works),
        app(
            "passwordResetLinkInvalid",
            "PARSE_SERVER_PAGES_CUSTOM_URL_PASSWORD_RESET_LINK_INVALID",
            Text,
            "",
            "URL of the page",
            Works,
        ),
        app(
            "passwordResetSuccess",
            "PARSE_SERVER_PAGES_CUSTOM_URL_PASSWORD_RESET_SUCCESS",
            Text,
            "",
            "URL of the page",
            Works,
        ),
        app(
            "emailVerificationSuccess",
            "PARSE_SERVER_PAGES_CUSTOM_URL_EMAIL_VERIFICATION_SUCCESS",
            Text,
            "",
            "URL of the page",
            Works,
        ),
        app(
            "emailVerificationSendFail",
            "PARSE_SERVER_PAGES_CUSTOM_URL_EMAIL_VERIFICATION_SEND_FAIL",
            Text,
            "",
            "URL of the page",
            Works,
        ),
        app(
            "emailVerificationSendSuccess",
            "PARSE_SERVER_PAGES_CUSTOM_URL_EMAIL_VERIFICATION_SEND_SUCCESS",
            Text,
            "",
            "URL of the page",
            Works,
        ),
        app(
            "emailVerificationLinkInvalid",
            "PARSE_SERVER_PAGES_CUSTOM_URL_EMAIL_VERIFICATION_LINK_INVALID",
            Text,
            "",
            "URL of the page",
            Works,
        ),
        app(
            "emailVerificationLinkExpired",
            "PARSE_SERVER_PAGES_CUSTOM_URL_EMAIL_VERIFICATION_LINK_EXPIRED",
            Text,
            "",
            "URL of the page",
            Works,
        ),
    ],
};
