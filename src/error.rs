//! One error type for the whole house, and the one table of Parse's error codes.
//!
//! An [`Error`] says what the client is told; how it is told (JSON form, sanitising, status line) is the business of `http/`.

use std::borrow::Cow;
use std::fmt;

/// Builds [`Code`] from one table: name, Parse's number, HTTP status (`http.md` section 6).
macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $number:literal / $status:literal,)+) => {
        /// A Parse error code, as clients know it.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Code { $($(#[$doc])* $name,)+ }

        impl Code {
            /// The number on the wire.
            pub const fn number(self) -> i32 { match self { $(Self::$name => $number,)+ } }
            /// The HTTP status that carries it.
            pub const fn status(self) -> u16 { match self { $(Self::$name => $status,)+ } }
            /// The code with this number, if Parse knows one.
            pub const fn from_number(n: i32) -> Option<Self> { match n { $($number => Some(Self::$name),)+ _ => None } }
        }
    };
}

codes! {
    /// Anything without a code of its own.
    OtherCause = -1 / 400,
    /// Something broke inside the server.
    InternalServerError = 1 / 500,
    /// A peer could not be reached; also the code of a rate limit.
    ConnectionFailed = 100 / 400,
    /// No such object, or none that the caller may see.
    ObjectNotFound = 101 / 404,
    /// The query cannot be run as written.
    InvalidQuery = 102 / 400,
    /// The class name breaks the rules or is unknown.
    InvalidClassName = 103 / 400,
    /// An object id is needed and absent.
    MissingObjectId = 104 / 400,
    /// A field name breaks the rules.
    InvalidKeyName = 105 / 400,
    /// A pointer breaks the rules.
    InvalidPointer = 106 / 400,
    /// JSON of the wrong shape.
    InvalidJson = 107 / 400,
    /// The command exists, but not here.
    CommandUnavailable = 108 / 400,
    /// A value of the wrong type.
    IncorrectType = 111 / 400,
    /// A push channel name breaks the rules.
    InvalidChannelName = 112 / 400,
    /// Push is not configured.
    PushMisconfigured = 115 / 400,
    /// The object or the multipart body is too large.
    ObjectTooLarge = 116 / 400,
    /// The caller may not do this.
    OperationForbidden = 119 / 400,
    /// Not in the cache.
    CacheMiss = 120 / 400,
    /// A key inside an object breaks the rules.
    InvalidNestedKey = 121 / 400,
    /// A file name breaks the rules.
    InvalidFileName = 122 / 400,
    /// An ACL breaks the rules.
    InvalidAcl = 123 / 400,
    /// The deadline of the request has passed.
    Timeout = 124 / 400,
    /// An e-mail address breaks the rules.
    InvalidEmailAddress = 125 / 400,
    /// The file could not be stored.
    FileSaveError = 130 / 400,
    /// Two installations claim one device token.
    DuplicateDeviceToken = 132 / 400,
    /// A required field is absent.
    MissingRequiredField = 135 / 400,
    /// A field that cannot change after creation.
    ImmutableField = 136 / 400,
    /// A value that must be unique is taken.
    DuplicateValue = 137 / 400,
    /// A role name breaks the rules.
    InvalidRoleName = 139 / 400,
    /// A quota is used up.
    ExceededQuota = 140 / 400,
    /// Cloud Code failed.
    ScriptFailed = 141 / 400,
    /// A value was refused by a rule of the app.
    ValidationError = 142 / 400,
    /// A webhook declaration breaks the rules.
    InvalidHook = 143 / 400,
    /// A file could not be deleted.
    FileDeleteError = 153 / 400,
    /// Too many requests.
    RequestLimitExceeded = 155 / 400,
    /// The same request id was seen before.
    DuplicateRequest = 159 / 400,
    /// An analytics event name breaks the rules.
    InvalidEventName = 160 / 400,
    /// A value out of its range.
    InvalidValue = 162 / 400,
    /// No user name.
    UsernameMissing = 200 / 400,
    /// No password.
    PasswordMissing = 201 / 400,
    /// The user name is taken.
    UsernameTaken = 202 / 400,
    /// The e-mail address is taken.
    EmailTaken = 203 / 400,
    /// No e-mail address.
    EmailMissing = 204 / 400,
    /// No user with this e-mail address, or it is not verified.
    EmailNotFound = 205 / 400,
    /// The call needs a session.
    SessionMissing = 206 / 400,
    /// Users are made by sign-up only.
    MustCreateUserThroughSignup = 207 / 400,
    /// The account is linked to another user.
    AccountAlreadyLinked = 208 / 400,
    /// The session token is unknown or expired.
    InvalidSessionToken = 209 / 400,
    /// A linked account has no id.
    LinkedIdMissing = 250 / 400,
    /// A linked session is refused.
    InvalidLinkedSession = 251 / 400,
    /// No such way of signing in.
    UnsupportedService = 252 / 400,
    /// A change of a schema that is not allowed.
    InvalidSchemaOperation = 255 / 400,
}

/// What went wrong, in the terms of the client that is told.
#[derive(Debug)]
pub struct Error(Box<Kind>);

#[derive(Debug)]
enum Kind {
    Parse { code: Code, message: Cow<'static, str>, sanitise: bool },
    Thrown { code: Code, json: String },
    Foreign { number: i32, message: String },
    Duplicate { field: Option<String> },
    Http { status: u16, message: Cow<'static, str>, sanitise: bool },
    Internal { context: Cow<'static, str>, source: Option<Box<dyn std::error::Error + Send + Sync>> },
    Away { source: Box<dyn std::error::Error + Send + Sync> },
}

/// What every fallible function of the house returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// The message of every [`Error::duplicate`].
const DUPLICATE: &str = "A duplicate value for a field with unique values was provided";
/// What a client is told of every [`Error::away`], as Parse Server does.
const AWAY: &str = "Database error";
/// The message of every sanitised answer.
const PERMISSION_DENIED: &str = "Permission denied";

impl Error {
    /// A Parse error: `{"code", "error"}` with the status of the table.
    pub fn new(code: Code, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Kind::Parse { code, message: message.into(), sanitise: false }))
    }

    /// A refusal whose detail is logged, and shown to the client only with `enableSanitizedErrorResponse: false`.
    pub fn denied(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Kind::Parse { code, message: detail.into(), sanitise: true }))
    }

    /// An error that has an HTTP status and no Parse code: `{"error"}`.
    pub fn http(status: u16, message: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Kind::Http { status, message: message.into(), sanitise: false }))
    }

    /// 403 without a code, its detail hidden like that of [`Error::denied`].
    pub fn forbidden(detail: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Kind::Http { status: 403, message: detail.into(), sanitise: true }))
    }

    /// Something that is our fault: logged with its source, answered with the generic body.
    pub fn internal(context: impl Into<Cow<'static, str>>) -> Self {
        Self(Box::new(Kind::Internal { context: context.into(), source: None }))
    }

    /// [`Error::internal`] with the error that caused it.
    pub fn caused(
        context: impl Into<Cow<'static, str>>,
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self(Box::new(Kind::Internal { context: context.into(), source: Some(source.into()) }))
    }

    /// 1 `Database error`: the database cannot be reached just now, or is about to have another primary; a later try may find it.
    pub fn away(source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self(Box::new(Kind::Away { source: source.into() }))
    }

    /// Is it [`Error::away`]?
    pub fn is_away(&self) -> bool {
        matches!(&*self.0, Kind::Away { .. })
    }

    /// 101 `Object not found.`
    pub fn not_found() -> Self {
        Self::new(Code::ObjectNotFound, "Object not found.")
    }

    /// 107 with a message.
    pub fn json(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidJson, message)
    }

    /// An error of an app's own code whose message is no text: JSON, told as it is.
    pub fn thrown(code: Code, json: String) -> Self {
        Self(Box::new(Kind::Thrown { code, json }))
    }

    /// An error of an app's own code with a number of its choice, which Parse may not know.
    pub fn numbered(number: i32, message: String) -> Self {
        match Code::from_number(number) {
            Some(code) => Self::new(code, message),
            None => Self(Box::new(Kind::Foreign { number, message })),
        }
    }

    /// Is the text for the client JSON, to be told as it is?
    pub fn is_json(&self) -> bool {
        matches!(&*self.0, Kind::Thrown { .. })
    }

    /// 102 with a message.
    pub fn query(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(Code::InvalidQuery, message)
    }

    /// 137 for a value that must be unique; with the field, where the database says which.
    pub fn duplicate(field: Option<String>) -> Self {
        Self(Box::new(Kind::Duplicate { field }))
    }

    /// The field whose value is taken, if that is what went wrong and the database said which.
    pub fn duplicate_field(&self) -> Option<&str> {
        match &*self.0 {
            Kind::Duplicate { field } => field.as_deref(),
            _ => None,
        }
    }

    /// The Parse code, where there is one (1 for an internal error).
    pub fn code(&self) -> Option<Code> {
        match &*self.0 {
            Kind::Parse { code, .. } | Kind::Thrown { code, .. } => Some(*code),
            Kind::Duplicate { .. } => Some(Code::DuplicateValue),
            Kind::Http { .. } | Kind::Foreign { .. } => None,
            Kind::Internal { .. } | Kind::Away { .. } => Some(Code::InternalServerError),
        }
    }

    /// The number on the wire, where there is one.
    pub fn number(&self) -> Option<i32> {
        match &*self.0 {
            Kind::Foreign { number, .. } => Some(*number),
            _ => self.code().map(Code::number),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match &*self.0 {
            Kind::Parse { code, .. } | Kind::Thrown { code, .. } => code.status(),
            Kind::Duplicate { .. } => Code::DuplicateValue.status(),
            Kind::Http { status, .. } => *status,
            Kind::Foreign { .. } => 400,
            Kind::Internal { .. } | Kind::Away { .. } => 500,
        }
    }

    /// Is it our fault? Then its detail is for the log alone.
    pub fn is_internal(&self) -> bool {
        matches!(&*self.0, Kind::Internal { .. } | Kind::Away { .. })
    }

    /// The text for the client; `sanitise` as the option `enableSanitizedErrorResponse` says. `None` for internal errors.
    pub fn client_message(&self, sanitise: bool) -> Option<&str> {
        match &*self.0 {
            Kind::Parse { sanitise: true, .. } | Kind::Http { sanitise: true, .. } if sanitise => {
                Some(PERMISSION_DENIED)
            }
            Kind::Parse { message, .. } | Kind::Http { message, .. } => Some(message),
            Kind::Foreign { message, .. } => Some(message),
            Kind::Thrown { json, .. } => Some(json),
            Kind::Duplicate { .. } => Some(DUPLICATE),
            Kind::Away { .. } => Some(AWAY),
            Kind::Internal { .. } => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.0 {
            Kind::Parse { code, message, .. } => write!(f, "{}: {message}", code.number()),
            Kind::Foreign { number, message } => write!(f, "{number}: {message}"),
            Kind::Thrown { code, json } => write!(f, "{}: {json}", code.number()),
            Kind::Duplicate { .. } => write!(f, "{}: {DUPLICATE}", Code::DuplicateValue.number()),
            Kind::Http { status, message, .. } => write!(f, "{status}: {message}"),
            Kind::Internal { context, source: Some(source) } => write!(f, "{context}: {source}"),
            Kind::Internal { context, source: None } => f.write_str(context),
            Kind::Away { source } => write!(f, "the database cannot be reached: {source}"),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.0 {
            Kind::Internal { source: Some(source), .. } | Kind::Away { source } => {
                Some(&**source as &(dyn std::error::Error + 'static))
            }
            _ => None,
        }
    }
}
