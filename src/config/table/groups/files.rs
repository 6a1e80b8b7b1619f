//! Groups for files.

use super::super::{Kind::*, Others, Status::*, Table, app};

/// `fileDownload`.
pub static FILE_DOWNLOAD: Table = Table {
    name: "fileDownload",
    not_an_object: "fileDownload must be an object value.",
    wrong_type: "{path} must be {type}.",
    boolean: "a boolean value",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "enableForAnonymousUser",
            "PARSE_SERVER_FILE_DOWNLOAD_ENABLE_FOR_ANONYMOUS_USER",
            Bool,
            "true",
            "download",
            NotYet("files"),
        ),
        app(
            "enableForAuthenticatedUser",
            "PARSE_SERVER_FILE_DOWNLOAD_ENABLE_FOR_AUTHENTICATED_USER",
            Bool,
            "true",
            "download",
            NotYet("files"),
        ),
        app(
            "enableForPublic",
            "PARSE_SERVER_FILE_DOWNLOAD_ENABLE_FOR_PUBLIC",
            Bool,
            "true",
            "download",
            NotYet("files"),
        ),
    ],
};

/// `fileUpload`.
pub static FILE_UPLOAD: Table = Table {
    name: "fileUpload",
    not_an_object: "fileUpload must be an object value.",
    wrong_type: "{path} must be {type}.",
    boolean: "a boolean value",
    unknown: "Invalid key(s) found in Parse Server configuration: {path}",
    others: Others::Refused,
    options: &[
        app(
            "allowedFileUrlDomains",
            "PARSE_SERVER_FILE_UPLOAD_ALLOWED_FILE_URL_DOMAINS",
            List,
            r#"["*"]"#,
            "hosts allowed in File.url (*.x wildcard)",
            Works,
        ),
        app(
            "enableForAnonymousUser",
            "PARSE_SERVER_FILE_UPLOAD_ENABLE_FOR_ANONYMOUS_USER",
            Bool,
            "false",
            "upload",
            NotYet("files"),
        ),
        app(
            "enableForAuthenticatedUser",
            "PARSE_SERVER_FILE_UPLOAD_ENABLE_FOR_AUTHENTICATED_USER",
            Bool,
            "true",
            "upload",
            NotYet("files"),
        ),
        app("enableForPublic", "PARSE_SERVER_FILE_UPLOAD_ENABLE_FOR_PUBLIC", Bool, "false", "upload", NotYet("files")),
        app(
            "fileExtensions",
            "PARSE_SERVER_FILE_UPLOAD_FILE_EXTENSIONS",
            List,
            r#"["^(?!([xXsS]?[hH][tT][mM][lL]?(\\+[xX][mM][lL])?|[xX][hH][tT]|[sS][vV][gG]([zZ]|\\+[xX][mM][lL])?|[xX][mM][lL]|[xX][sS][lL][tT]?(\\+[xX][mM][lL])?|[xX][sS][dD]|[rR][nN][gG]|[rR][dD][fF](\\+[xX][mM][lL])?|[oO][wW][lL]|[mM][aA][tT][hH][mM][lL](\\+[xX][mM][lL])?)$)"]"#,
            "regex list of allowed extensions",
            NotYet("files"),
        ),
    ],
};
