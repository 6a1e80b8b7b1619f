//! The pages, by their ids and files.

/// A page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// The form for a new password.
    Reset,
    /// There is a new password.
    ResetSuccess,
    /// A link for a new password that is none.
    ResetLinkInvalid,
    /// The address is verified.
    VerificationSuccess,
    /// The mail could not be sent again.
    VerificationSendFail,
    /// The mail is sent again.
    VerificationSendSuccess,
    /// A link for an address that is none.
    VerificationLinkInvalid,
    /// A link for an address that is too old.
    VerificationLinkExpired,
}

/// Page, id, and file.
const PAGES: [(Page, &str, &str); 8] = [
    (Page::Reset, "passwordReset", "password_reset.html"),
    (Page::ResetSuccess, "passwordResetSuccess", "password_reset_success.html"),
    (Page::ResetLinkInvalid, "passwordResetLinkInvalid", "password_reset_link_invalid.html"),
    (Page::VerificationSuccess, "emailVerificationSuccess", "email_verification_success.html"),
    (Page::VerificationSendFail, "emailVerificationSendFail", "email_verification_send_fail.html"),
    (Page::VerificationSendSuccess, "emailVerificationSendSuccess", "email_verification_send_success.html"),
    (Page::VerificationLinkInvalid, "emailVerificationLinkInvalid", "email_verification_link_invalid.html"),
    (Page::VerificationLinkExpired, "emailVerificationLinkExpired", "email_verification_link_expired.html"),
];

impl Page {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Self> {
        PAGES.iter().map(|(page, ..)| *page)
    }

    /// The page of a file.
    pub fn named(file: &str) -> Option<Self> {
        PAGES.iter().find(|(.., own)| *own == file).map(|(page, ..)| *page)
    }

    /// Its name in `customUrls`.
    pub fn id(self) -> &'static str {
        self.row().1
    }

    /// Its file.
    pub fn file(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> &'static (Self, &'static str, &'static str) {
        PAGES.iter().find(|(page, ..)| *page == self).unwrap_or(&PAGES[0])
    }
}
