//! A configuration written in JavaScript cannot be read here; this is how to turn it into JSON.

use std::path::Path;

use super::error::ConfigError;

/// The error for a JavaScript file, with the command that writes `config.json` from it.
pub(super) fn for_javascript(path: &Path) -> Option<ConfigError> {
    let extension = path.extension()?.to_str()?;
    if !matches!(extension, "js" | "cjs" | "mjs" | "ts") {
        return None;
    }
    let shown = path.display().to_string();
    let name = Path::new("./").join(path).display().to_string();
    let name = if path.is_absolute() { &shown } else { &name };
    Some(ConfigError {
        reason: format!(
            "{shown} is JavaScript, and Parsimony reads JSON: run the command above where Parse Server is installed, \
             then start with config.json"
        ),
        help: vec![
            format!(
                "To write config.json from {shown}, whether it exports the options or starts a ParseServer with them:"
            ),
            format!("  {}", command(name, extension == "mjs")),
            "Functions are left out of JSON, and values from the environment are written out: look it over.".to_owned(),
        ],
    })
}

/// Loads the file with a stand-in for parse-server that writes the options it is given.
fn command(name: &str, module: bool) -> String {
    let name = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\'', "'\\''");
    let write = "require(\"fs\").writeFileSync(\"config.json\",JSON.stringify(o,null,2));process.exit()";
    if module {
        return format!(
            "node -e 'const w=o=>{{{write}}};import(require(\"path\").resolve(\"{name}\")).then(m=>w(m.default))'"
        );
    }
    format!(
        "node -e 'const M=require(\"module\"),l=M._load,w=o=>{{{write}}};M._load=function(n){{\
         if(n!==\"parse-server\")return l.apply(this,arguments);const P=function(o){{w(o)}};\
         P.startApp=w;P.ParseServer=P.default=P;return P}};const c=require(\"{name}\");w(c.default||c)'"
    )
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::for_javascript;

    #[test]
    fn only_javascript_is_refused() {
        assert!(for_javascript(Path::new("config.json")).is_none());
        assert!(for_javascript(Path::new("config")).is_none());
        for name in ["config.js", "index.cjs", "a/b.mjs", "/x/index.ts"] {
            let error = for_javascript(Path::new(name)).unwrap();
            assert!(error.reason.contains(name) && !error.reason.contains('\n'), "{}", error.reason);
            assert!(error.help.iter().any(|line| line.contains("node -e") && line.contains(name)), "{name}");
        }
    }
}
