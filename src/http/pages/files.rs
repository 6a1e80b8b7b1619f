//! Files of the app's own below `pagesPath`: pages, pictures, terms. Nothing outside of it is reached, and nothing hidden in it.

use std::path::{Path, PathBuf};

use tokio::io::AsyncReadExt;

use crate::error::{Error, Result};
use crate::http::percent;
use crate::rest::Room;

/// The largest file that is sent, bytes.
const LARGEST: u64 = 64 << 20;

/// Endings of names, and what such files are. Others are only saved.
const KINDS: [(&str, &str); 32] = [
    ("avif", "image/avif"),
    ("css", "text/css; charset=utf-8"),
    ("csv", "text/csv; charset=utf-8"),
    ("gif", "image/gif"),
    ("htm", HTML),
    ("html", HTML),
    ("ico", "image/x-icon"),
    ("jpeg", "image/jpeg"),
    ("jpg", "image/jpeg"),
    ("js", "text/javascript; charset=utf-8"),
    ("json", JSON),
    ("map", JSON),
    ("md", "text/markdown; charset=utf-8"),
    ("mjs", "text/javascript; charset=utf-8"),
    ("mov", "video/quicktime"),
    ("mp3", "audio/mpeg"),
    ("mp4", "video/mp4"),
    ("otf", "font/otf"),
    ("pdf", "application/pdf"),
    ("plist", "application/xml"),
    ("png", "image/png"),
    ("svg", "image/svg+xml"),
    ("ttf", "font/ttf"),
    ("txt", "text/plain; charset=utf-8"),
    ("wasm", "application/wasm"),
    ("webm", "video/webm"),
    ("webmanifest", "application/manifest+json"),
    ("webp", "image/webp"),
    ("woff", "font/woff"),
    ("woff2", "font/woff2"),
    ("xml", "application/xml"),
    ("zip", "application/zip"),
];
const HTML: &str = "text/html; charset=utf-8";
const JSON: &str = "application/json; charset=utf-8";
/// Files that Apple asks for by a name without an ending.
const APPLE: &str = "apple-app-site-association";

/// What a file is, by its name.
pub fn kind(name: &str) -> &'static str {
    let ending =
        Path::new(name).extension().and_then(|ending| ending.to_str()).unwrap_or_default().to_ascii_lowercase();
    match KINDS.iter().find(|(own, _)| *own == ending) {
        Some((_, kind)) => kind,
        None if name == APPLE => JSON,
        None => "application/octet-stream",
    }
}

/// A path of a URL as a path of a file: decoded once, `None` for one that leads up, is hidden, or is no name.
pub fn name(path: &str) -> Option<String> {
    let path = percent::strict(path)?;
    let plain = |part: &str| !part.starts_with('.') && !part.contains(|c: char| c == '\\' || c.is_control());
    let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
    (!parts.is_empty() && parts.iter().all(|part| plain(part))).then(|| parts.join("/"))
}

/// Where a file lies, if it is one and lies below the root.
pub async fn find(root: Option<&Path>, name: &str) -> Option<PathBuf> {
    let root = root?;
    let path = tokio::fs::canonicalize(root.join(name)).await.ok()?;
    let inside = path.strip_prefix(root).ok()?;
    let hidden = inside.iter().any(|part| part.to_str().is_none_or(|part| part.starts_with('.')));
    let file = tokio::fs::metadata(&path).await.ok()?;
    (!hidden && file.is_file()).then_some(path)
}

/// What stands in a file; the room for it is taken first.
///
/// # Errors
/// 1 if it cannot be read or is too large; 155 while too much is sent already.
pub async fn read(path: &Path, room: &Room) -> Result<Vec<u8>> {
    let failed = |e| Error::caused(format!("{} cannot be read", path.display()), e);
    let file = tokio::fs::File::open(path).await.map_err(failed)?;
    let size = file.metadata().await.map_err(failed)?.len();
    if size > LARGEST {
        return Err(Error::internal(format!("{} is larger than {} MB", path.display(), LARGEST >> 20)));
    }
    room.take(size as usize)?;
    let mut bytes = Vec::with_capacity(size as usize);
    file.take(size).read_to_end(&mut bytes).await.map_err(failed)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_nowhere_else() {
        assert_eq!(name("docs//faq%20two.html").as_deref(), Some("docs/faq two.html"));
        assert_eq!(name("a%2Fb").as_deref(), Some("a/b"));
        for path in [
            "../x",
            "a/../x",
            "..%2fx",
            "%2e%2e/x",
            "%2e%2e%2fx",
            "..%5cx",
            "a\\..\\x",
            ".env",
            "a/.git/x",
            "%2eenv",
            ".",
            "a%00.html",
            "a%0a",
            "%",
            "%ff",
            "/",
            "",
        ] {
            assert_eq!(name(path), None, "{path}");
        }
        assert_eq!(name("%252e%252e/x").as_deref(), Some("%2e%2e/x"), "decoded once");
    }

    #[tokio::test]
    async fn links_do_not_lead_out() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().canonicalize().unwrap().join("root");
        std::fs::create_dir_all(root.join("sub")).unwrap();
        std::fs::write(dir.path().join("secret"), "s").unwrap();
        std::fs::write(root.join("a.txt"), "a").unwrap();
        std::fs::write(root.join(".hidden"), "h").unwrap();
        for (link, to) in [("out", "../secret"), ("in", "a.txt"), ("shown", ".hidden"), ("up", "..")] {
            std::os::unix::fs::symlink(to, root.join(link)).unwrap();
        }
        for (name, there) in [
            ("a.txt", true),
            ("in", true),
            ("out", false),
            ("shown", false),
            ("up/secret", false),
            ("sub", false),
            ("none", false),
        ] {
            assert_eq!(find(Some(&root), name).await.is_some(), there, "{name}");
        }
        assert!(find(None, "a.txt").await.is_none());
    }

    #[test]
    fn kinds_come_from_names() {
        assert_eq!(kind("a/B.PNG"), "image/png");
        assert_eq!((kind("x.exe"), kind("x")), ("application/octet-stream", "application/octet-stream"));
        assert_eq!(kind(APPLE), JSON);
        assert!(KINDS.is_sorted_by_key(|(ending, _)| *ending));
    }
}
