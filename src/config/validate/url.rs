//! URLs of other servers.

pub(super) fn check(path: &str, url: &str) -> Result<(), String> {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).unwrap_or_default();
    let sound = !rest.is_empty() && !rest.starts_with('/') && url.bytes().all(|b| b.is_ascii_graphic());
    if sound { Ok(()) } else { Err(format!("{path} must be a URL that starts with http:// or https://")) }
}
