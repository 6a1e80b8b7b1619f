//! The app that Parsimony makes when nothing is configured: its id and keys are drawn once, and kept in a file that
//! only its owner reads.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

use serde_json::{Value, json};

use super::types::MadeApp;
use super::{ConfigError, Secret, private};

/// Name of the file under the data directory. It is a configuration file: `parsimony data/app.json` works.
pub const KEY_FILE: &str = "app.json";

/// Fills a buffer with secure random bytes.
pub type Fill<'a> = &'a mut dyn FnMut(&mut [u8]) -> io::Result<()>;

/// Id and keys of the made app.
#[derive(Clone, Debug)]
pub struct AppKeys {
    /// `appId`.
    pub app_id: String,
    /// `masterKey`.
    pub master: Secret,
    /// `maintenanceKey`.
    pub maintenance: Secret,
    /// `readOnlyMasterKey`.
    pub read_only_master: Secret,
}

/// Id and keys, and where they are kept.
#[derive(Clone, Debug)]
pub struct MadeKeys {
    /// The id and keys.
    pub keys: AppKeys,
    /// Where they are kept, and whether they are new.
    pub app: MadeApp,
}

impl AppKeys {
    /// The options that they set. No client key is among them: with one, every client would have to send one.
    pub fn options(&self) -> [(&'static str, &str); 4] {
        [
            ("appId", &self.app_id),
            ("masterKey", self.master.reveal()),
            ("maintenanceKey", self.maintenance.reveal()),
            ("readOnlyMasterKey", self.read_only_master.reveal()),
        ]
    }

    fn draw(fill: Fill<'_>) -> io::Result<Self> {
        Ok(Self {
            app_id: draw(20, fill)?,
            master: Secret::new(draw(40, fill)?),
            maintenance: Secret::new(draw(40, fill)?),
            read_only_master: Secret::new(draw(40, fill)?),
        })
    }

    fn read(text: &str) -> Option<Self> {
        let file: Value = serde_json::from_str(text).ok()?;
        let text = |name: &str| file.get(name)?.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        Some(Self {
            app_id: text("appId")?,
            master: Secret::new(text("masterKey")?),
            maintenance: Secret::new(text("maintenanceKey")?),
            read_only_master: Secret::new(text("readOnlyMasterKey")?),
        })
    }
}

/// Reads the app kept under `data_dir`, `None` if there is none yet.
pub fn existing(data_dir: &Path) -> Result<Option<MadeKeys>, ConfigError> {
    let path = data_dir.join(KEY_FILE);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(format!("cannot read {}: {error}", path.display()).into()),
    };
    let keys = AppKeys::read(&text).ok_or_else(|| {
        let path = path.display();
        format!("{path} lacks a key or is not JSON: restore it, or remove it to make a new app with new keys")
    })?;
    Ok(Some(MadeKeys { keys, app: MadeApp { key_file: path, first_start: false } }))
}

/// An app that is not kept, for what needs none.
pub fn passing(data_dir: &Path, fill: Fill<'_>) -> Result<MadeKeys, ConfigError> {
    let keys = AppKeys::draw(fill).map_err(|error| format!("no keys can be drawn: {error}"))?;
    Ok(MadeKeys { keys, app: MadeApp { key_file: data_dir.join(KEY_FILE), first_start: false } })
}

/// Reads the app kept under `data_dir`, or makes it. Of several processes that start at once, one makes it.
pub fn load_or_make(data_dir: &Path, fill: Fill<'_>) -> Result<MadeKeys, ConfigError> {
    if let Some(made) = existing(data_dir)? {
        return Ok(made);
    }
    let path = data_dir.join(KEY_FILE);
    let failed = |error: io::Error| ConfigError::new(format!("cannot write {}: {error}", path.display()));
    let keys = AppKeys::draw(fill).map_err(failed)?;
    let suffix = draw(8, fill).map_err(failed)?;
    private::folder(data_dir).map_err(failed)?;
    let new = data_dir.join(format!("{KEY_FILE}.{suffix}"));
    let kept = write(&new, &keys).and_then(|()| keep(&new, &path));
    drop(fs::remove_file(&new));
    match kept {
        Ok(()) => {
            sync_dir(data_dir).map_err(failed)?;
            Ok(MadeKeys { keys, app: MadeApp { key_file: path, first_start: true } })
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => existing(data_dir)?.ok_or_else(|| failed(error)),
        Err(error) => Err(failed(error)),
    }
}

/// A text of letters and digits, each equally likely.
fn draw(length: usize, fill: Fill<'_>) -> io::Result<String> {
    const SIGNS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut out = String::with_capacity(length);
    let mut bytes = [0; 64];
    while out.len() < length {
        fill(&mut bytes)?;
        // 248 is the last multiple of 62 in a byte: what is above would favour the first signs.
        let fair = bytes.iter().filter(|byte| **byte < 248).map(|byte| char::from(SIGNS[usize::from(byte % 62)]));
        out.extend(fair.take(length - out.len()));
    }
    Ok(out)
}

fn write(path: &Path, keys: &AppKeys) -> io::Result<()> {
    let object: serde_json::Map<String, Value> =
        keys.options().into_iter().map(|(name, value)| (name.to_owned(), json!(value))).collect();
    let mut file = private::options().create_new(true).open(path)?;
    serde_json::to_writer_pretty(&mut file, &object)?;
    file.write_all(b"\n")?;
    file.sync_all()
}

/// Gives the finished file its name, unless another process was faster.
fn keep(new: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(new, path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => fs::rename(new, path),
        done => done,
    }
}

/// Makes the new name itself survive a power cut.
fn sync_dir(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::io;
    use std::path::Path;

    use super::{KEY_FILE, MadeKeys, existing, load_or_make};

    fn make(dir: &Path, mut seed: u8) -> MadeKeys {
        load_or_make(dir, &mut |bytes: &mut [u8]| {
            for byte in bytes {
                seed = seed.wrapping_mul(31).wrapping_add(17);
                *byte = seed;
            }
            Ok(())
        })
        .unwrap()
    }

    #[test]
    fn makes_once_and_keeps() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("a/data");
        assert!(existing(&dir).unwrap().is_none());
        let first = make(&dir, 1);
        let second = make(&dir, 2);
        assert!(first.app.first_start && !second.app.first_start);
        assert_eq!(first.keys.options(), second.keys.options());
        assert_eq!(first.app.key_file, dir.join(KEY_FILE));
        let lengths: Vec<usize> = first.keys.options().iter().map(|(_, value)| value.len()).collect();
        assert_eq!(lengths, [20, 40, 40, 40]);
        assert_eq!(std::fs::read_dir(&dir).unwrap().count(), 1, "no temporary file is left");
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_reads() {
        use std::os::unix::fs::PermissionsExt;
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("data");
        make(&dir, 1);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&dir), mode(&dir.join(KEY_FILE))), (0o700, 0o600));
    }

    #[test]
    fn a_broken_file_is_not_replaced() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join(KEY_FILE), "{\"appId\":\"a\"}").unwrap();
        let error = load_or_make(root.path(), &mut |_: &mut [u8]| Ok(())).unwrap_err();
        assert!(error.reason.contains("lacks a key"), "{error}");
        assert_eq!(std::fs::read_to_string(root.path().join(KEY_FILE)).unwrap(), "{\"appId\":\"a\"}");
    }

    #[test]
    fn no_randomness_no_app() {
        let root = tempfile::tempdir().unwrap();
        let error = load_or_make(root.path(), &mut |_: &mut [u8]| Err(io::Error::other("no entropy"))).unwrap_err();
        assert!(error.reason.ends_with("no entropy"), "{error}");
        assert!(existing(root.path()).unwrap().is_none());
    }
}
