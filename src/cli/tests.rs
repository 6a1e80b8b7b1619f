use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::ExitCode;

use super::{Commands, greeting, run};
use crate::config::{ServerConfig, Warning};

/// What a run of the program came to.
struct Ran {
    failed: bool,
    out: String,
    err: String,
}

impl Ran {
    fn last_line(&self) -> &str {
        self.err.lines().last().unwrap_or_default()
    }
}

/// A server that fails, telling what it was given.
fn serve(server: ServerConfig, warnings: Vec<Warning>) -> anyhow::Result<()> {
    let mut told = format!("served {}:{}", server.host, server.port);
    for app in &server.apps {
        write!(told, " {} verbose={:?}", app.app_id, server.log.level)?;
    }
    anyhow::bail!("{told} with {} warnings", warnings.len())
}

fn check(server: &ServerConfig) -> anyhow::Result<()> {
    anyhow::ensure!(server.apps.iter().all(|app| app.app_id != "unusable"), "no such thing");
    Ok(())
}

fn backup(server: ServerConfig, file: &Path) -> anyhow::Result<()> {
    anyhow::bail!("backup of {} to {}", server.apps[0].app_id, file.display())
}

fn mail_test(server: ServerConfig, to: &str) -> anyhow::Result<()> {
    anyhow::ensure!(to == "a@b", "a mail of {} to {to}", server.apps[0].app_id);
    Ok(())
}

fn parsimony(args: &[&str], env: &[(&str, &str)]) -> Ran {
    let args = std::iter::once("parsimony").chain(args.iter().copied()).map(Into::into).collect();
    let env: BTreeMap<String, String> = env.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = run(args, &env, &Commands { serve, check, backup, mail_test }, &mut out, &mut err);
    Ran {
        failed: format!("{code:?}") != format!("{:?}", ExitCode::SUCCESS),
        out: String::from_utf8(out).unwrap(),
        err: String::from_utf8(err).unwrap(),
    }
}

fn config(text: &str) -> (tempfile::TempDir, String) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("config.json");
    std::fs::write(&path, text).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (dir, path)
}

#[test]
fn tries_the_mails_of_a_configuration() {
    let (_dir, path) = config(r#"{"appId":"a","masterKey":"m"}"#);
    let ran = parsimony(&["mail", "test", "a@b", &path], &[]);
    assert!(!ran.failed && ran.out == "a mail to a@b was taken\n", "{} {}", ran.out, ran.err);
    for args in [["mail", "test", "c@d", &path].as_slice(), &["mail", "test", "--config", &path, "c@d"]] {
        let ran = parsimony(args, &[]);
        assert!(ran.failed && ran.last_line() == "error: a mail of a to c@d", "{}", ran.err);
    }
    assert!(parsimony(&["mail"], &[]).failed && parsimony(&["mail", "test"], &[]).failed);
}

#[test]
fn serves_a_file_with_flags() {
    let (_dir, path) = config(r#"{"appId":"a","masterKey":"m","port":1}"#);
    let ran = parsimony(&[&path, "--port", "2", "--host=::1"], &[("PARSE_SERVER_HOST", "::2")]);
    assert!(ran.failed && ran.last_line().contains("served ::1:2 a verbose=Info"), "{}", ran.err);
}

#[test]
fn a_switch_does_not_swallow_the_file() {
    let (_dir, path) = config(r#"{"appId":"a","masterKey":"m"}"#);
    for args in
        [&["--verbose", &path][..], &["--verbose", "true", &path], &["--silent", "false", "--verbose", "1", &path]]
    {
        let ran = parsimony(args, &[]);
        assert!(ran.last_line().contains("a verbose=Verbose"), "{args:?}: {}", ran.err);
    }
}

#[test]
fn own_flags_are_kebab_and_camel() {
    for flag in ["--data-dir", "--dataDir"] {
        let dir = tempfile::tempdir().unwrap();
        let ran = parsimony(&[flag, dir.path().to_str().unwrap()], &[]);
        assert!(ran.last_line().contains("served 0.0.0.0:1337"), "{}", ran.err);
        assert!(dir.path().join("app.json").exists());
    }
}

#[test]
fn the_reason_is_the_last_line() {
    let (_dir, path) = config(r#"{"appId":"a"}"#);
    assert_eq!(parsimony(&[&path], &[]).last_line(), "error: appId and masterKey are required");
    let ran = parsimony(&["--mastrKey", "x"], &[]);
    assert!(
        ran.failed && ran.last_line().contains("--mastrKey") && ran.last_line().contains("--masterKey"),
        "{}",
        ran.err
    );
    let ran = parsimony(&["/nowhere/config.json"], &[]);
    assert!(ran.failed && ran.last_line().starts_with("error: cannot read /nowhere/config.json"), "{}", ran.err);
    let ran = parsimony(&["/nowhere/config.js"], &[]);
    assert!(ran.last_line().contains("is JavaScript") && ran.err.contains("node -e"), "{}", ran.err);
}

#[test]
fn check_config_says_yes_or_no() {
    let (_dir, path) = config(r#"{"appId":"a","masterKey":"m","cluster":2}"#);
    let ran = parsimony(&["check-config", &path], &[]);
    assert!(!ran.failed && ran.out.contains("is fine: a"), "{}{}", ran.out, ran.err);
    assert!(ran.err.contains("warning: cluster has no effect"), "{}", ran.err);
    let (_dir, path) = config(r#"{"appId":"a","masterKey":"m","liveQuery":{"classNames":["A"]}}"#);
    let ran = parsimony(&["check-config", &path], &[]);
    assert!(ran.failed && ran.last_line().contains("liveQuery.classNames (LiveQuery)"), "{}", ran.err);
    assert!(!parsimony(&["check-config", &path, "--ignore-unsupported", "liveQuery"], &[]).failed);
    let (_dir, path) = config(r#"{"appId":"unusable","masterKey":"m"}"#);
    let ran = parsimony(&["check-config", &path], &[]);
    assert!(ran.failed && ran.out.is_empty() && ran.last_line() == "error: no such thing", "{}{}", ran.out, ran.err);
    assert!(parsimony(&["check-config"], &[]).failed);
}

#[test]
fn backup_needs_no_app_and_makes_none() {
    let (_dir, path) = config(r#"{"appId":"a","masterKey":"m"}"#);
    assert!(parsimony(&["backup", "to.db", &path], &[]).last_line().contains("backup of a to to.db"));
    let dir = tempfile::tempdir().unwrap();
    let ran = parsimony(&["backup", "to.db", "--data-dir", dir.path().to_str().unwrap()], &[]);
    assert!(ran.failed && ran.last_line().ends_with(" to to.db"), "{}", ran.err);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
}

#[test]
fn help_and_options_list_everything() {
    for args in [&["--help"][..], &["options"], &["options", "--markdown"]] {
        let ran = parsimony(args, &[]);
        assert!(!ran.failed && ran.err.is_empty(), "{}", ran.err);
        for name in ["masterKeyIps", "PARSE_SERVER_MASTER_KEY_IPS", "--data-dir", "PARSIMONY_DATA_DIR"] {
            assert!(ran.out.contains(name), "{args:?} lacks {name}");
        }
    }
    assert!(parsimony(&["--version"], &[]).out.starts_with("parsimony "));
}

mod greeting_text {
    use super::greeting;
    use crate::config::{Input, Loaded, load, made_app};

    fn made(first: bool) -> (tempfile::TempDir, Loaded) {
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("data").to_str().unwrap().to_owned();
        // Each key is another one, as the configuration demands.
        let mut next = 0_u8;
        let mut load_once = || {
            load(Input {
                file: None,
                flags: vec![("dataDir".into(), data.clone())],
                env: &Default::default(),
                read_file: &|_| unreachable!(),
                made_app: &mut |dir| {
                    made_app::load_or_make(dir, &mut |bytes: &mut [u8]| {
                        next += 1;
                        bytes.fill(next);
                        Ok(())
                    })
                },
            })
            .unwrap()
        };
        let loaded = load_once();
        let loaded = if first { loaded } else { load_once() };
        (dir, loaded)
    }

    #[test]
    fn shows_the_keys_only_on_a_first_terminal() {
        let text = |first, terminal| {
            let (_dir, loaded) = made(first);
            greeting(&loaded.server, "0.0.0.0:1337".parse().unwrap(), terminal)
        };
        let key = "C".repeat(40);
        let shown = text(true, true);
        assert!(shown.contains("http://127.0.0.1:1337/parse") && shown.contains("parsimony.db"), "{shown}");
        assert!(shown.contains("curl -X POST 'http://127.0.0.1:1337/parse/classes/Greeting'"), "{shown}");
        assert!(shown.contains(&format!("-H 'X-Parse-Master-Key: {key}'")), "{shown}");
        let piped = text(true, false);
        assert!(piped.contains("app.json") && !piped.contains(&key), "{piped}");
        for later in [text(false, true), text(false, false)] {
            assert!(!later.contains("app.json") && !later.contains(&key), "{later}");
        }
    }
}
