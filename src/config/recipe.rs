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
    let needs = if extension == "ts" { ", with a Node that reads TypeScript (22.18 or later)" } else { "" };
    Some(ConfigError {
        reason: format!(
            "{shown} is JavaScript, and Parsimony reads JSON: run the command above where Parse Server is installed, \
             then start with config.json"
        ),
        help: vec![
            format!(
                "To write config.json from {shown}, whether it exports the options or starts a ParseServer with them{needs}:"
            ),
            format!("  {}", command(name)),
            "Functions are left out of JSON, and values from the environment are written out: look it over.".to_owned(),
        ],
    })
}

/// Loads the file with a stand-in for parse-server that writes the options it is given, whether the file is a CommonJS or an
/// ES module; the latter asks for parse-server by its file.
fn command(name: &str) -> String {
    let name = name.replace('\\', "\\\\").replace('"', "\\\"").replace('\'', "'\\''");
    format!(
        "node -e 'const M=require(\"module\"),l=M._load,\
         w=o=>{{require(\"fs\").writeFileSync(\"config.json\",JSON.stringify(o,null,2));process.exit()}},\
         P=function(o){{w(o)}};P.startApp=w;P.ParseServer=P.default=P;\
         M._load=function(n){{if(!/(^|[\\\\/])parse-server([\\\\/]lib[\\\\/]index\\.js)?$/.test(n))return l.apply(this,arguments);\
         const m=M._cache[n];if(m){{m.exports=P;m.loaded=true}}return P}};\
         import(require(\"url\").pathToFileURL(\"{name}\")).then(m=>{{const c=m.default||m.config||m,o=c.default||c;\
         if(typeof o==\"object\"&&Object.keys(o).length)w(o)}})'"
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
