//! What a start prints.

use std::net::SocketAddr;

use crate::config::{AppConfig, MadeApp, ServerConfig};

/// Where it listens and where it stores, for stdout. At the first start of an app that Parsimony made, also how to use
/// it: the keys themselves only on a terminal, as what is printed elsewhere ends in logs.
pub fn greeting(server: &ServerConfig, listening: SocketAddr, terminal: bool) -> String {
    let base = format!("http://{}", reachable(listening));
    let mut lines = Vec::new();
    for app in &server.apps {
        lines.push(format!("Parsimony serves {} on {base}{}", app.app_id, app.mount_path));
        lines.push(format!("and stores in {}", app.database.shown()));
    }
    if let (Some(MadeApp { key_file, first_start: true }), Some(app)) = (&server.made_app, server.apps.first()) {
        lines.push(format!("Its keys are in {}", key_file.display()));
        if terminal {
            lines.push(format!("Create a first object:\n\n{}\n", curl(&base, app)));
        }
    }
    lines.join("\n") + "\n"
}

/// The address to reach a listener at from the same machine.
fn reachable(listening: SocketAddr) -> SocketAddr {
    let mut out = listening;
    match listening {
        SocketAddr::V4(v4) if v4.ip().is_unspecified() => out.set_ip([127, 0, 0, 1].into()),
        SocketAddr::V6(v6) if v6.ip().is_unspecified() => out.set_ip([0, 0, 0, 0, 0, 0, 0, 1].into()),
        _ => {}
    }
    out
}

/// The master key goes with it: without it clients create no classes.
fn curl(base: &str, app: &AppConfig) -> String {
    format!(
        "curl -X POST {} -H {} -H {} -H 'Content-Type: application/json' -d '{{\"text\":\"Hello\"}}'",
        quoted(&format!("{base}{}/classes/Greeting", app.mount_path)),
        quoted(&format!("X-Parse-Application-Id: {}", app.app_id)),
        quoted(&format!("X-Parse-Master-Key: {}", app.keys.master.reveal())),
    )
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}
