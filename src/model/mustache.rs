//! Mustache, as mails and pages have it: variables, sections, inverted sections, comments, dotted names, other delimiters.
//! There are no partials: nothing stands where one is named.

use super::html::escape;
use super::{Value, js};
use crate::error::{Error, Result};

/// A template, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Template(Vec<Node>);

#[derive(Debug, Clone, PartialEq)]
enum Node {
    Text(String),
    /// A value; raw, or escaped where the template is HTML.
    Variable {
        name: String,
        raw: bool,
    },
    Section {
        name: String,
        inverted: bool,
        inside: Vec<Node>,
    },
}

/// A section that is not closed yet, and what stands before it.
struct Open {
    name: String,
    inverted: bool,
    before: Vec<Node>,
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// 1 for a tag that is none.
    pub fn parse(text: &str) -> Result<Self> {
        let (mut rest, mut nodes, mut sections) = (text, Vec::new(), Vec::<Open>::new());
        let (mut open, mut close) = ("{{", "}}");
        while let Some((before, after)) = rest.split_once(open) {
            nodes.push(Node::Text(before.to_owned()));
            let end = if open == "{{" && after.starts_with('{') { "}}}" } else { close };
            let (tag, after) = after.split_once(end).ok_or_else(|| wrong(format!("no {end} after {open}")))?;
            rest = after;
            let name = |tag: &str| tag.trim().to_owned();
            match tag.chars().next() {
                Some('!' | '>') => {}
                Some('{' | '&') => nodes.push(Node::Variable { name: name(&tag[1..]), raw: true }),
                Some(kind @ ('#' | '^')) => {
                    let before = std::mem::take(&mut nodes);
                    sections.push(Open { name: name(&tag[1..]), inverted: kind == '^', before });
                }
                Some('/') => {
                    let Open { name: section, inverted, before } = sections
                        .pop()
                        .filter(|open| open.name == tag[1..].trim())
                        .ok_or_else(|| wrong(format!("{open}{tag}{close} closes nothing")))?;
                    let inside = std::mem::replace(&mut nodes, before);
                    nodes.push(Node::Section { name: section, inverted, inside });
                }
                Some('=') => {
                    (open, close) = delimiters(tag).ok_or_else(|| wrong(format!("{tag} are no delimiters")))?
                }
                _ => nodes.push(Node::Variable { name: name(tag), raw: false }),
            }
        }
        if let Some(section) = sections.pop() {
            return Err(wrong(format!("{open}#{}{close} is not closed", section.name)));
        }
        nodes.push(Node::Text(rest.to_owned()));
        Ok(Self(nodes))
    }

    /// The template filled in; values are escaped if it is HTML.
    pub fn render(&self, values: &Value, html: bool) -> String {
        let mut out = String::new();
        render(&self.0, &mut vec![values], html, &mut out);
        out
    }
}

fn wrong(text: String) -> Error {
    Error::internal(format!("a template: {text}"))
}

/// The delimiters of `=<% %>=`.
fn delimiters(tag: &str) -> Option<(&str, &str)> {
    let (open, close) = tag.strip_prefix('=')?.strip_suffix('=')?.trim().split_once(char::is_whitespace)?;
    let close = close.trim_start();
    (!open.is_empty() && !close.is_empty()).then_some((open, close))
}

/// Text in HTML. Mustache escapes more than others do.
fn in_html(text: &str) -> String {
    escape(text).replace('/', "&#x2F;").replace('`', "&#x60;").replace('=', "&#x3D;")
}

fn render(nodes: &[Node], stack: &mut Vec<&Value>, html: bool, out: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => out.push_str(text),
            Node::Variable { name, raw } => {
                let text = look_up(name, stack).map(text).unwrap_or_default();
                out.push_str(&if html && !raw { in_html(&text) } else { text });
            }
            Node::Section { name, inverted, inside } => {
                let value = look_up(name, stack).filter(|value| is_there(value));
                match (value, inverted) {
                    (None, true) => render(inside, stack, html, out),
                    (Some(Value::Array(items)), false) => {
                        items.iter().for_each(|item| within(item, inside, stack, html, out))
                    }
                    (Some(value), false) => within(value, inside, stack, html, out),
                    _ => {}
                }
            }
        }
    }
}

fn within<'v>(value: &'v Value, nodes: &[Node], stack: &mut Vec<&'v Value>, html: bool, out: &mut String) {
    stack.push(value);
    render(nodes, stack, html, out);
    stack.pop();
}

/// A name, its first part looked for from the inside out.
fn look_up<'v>(name: &str, stack: &[&'v Value]) -> Option<&'v Value> {
    if name == "." {
        return stack.last().copied();
    }
    let mut parts = name.split('.');
    let root = parts.next()?;
    let found = stack.iter().rev().find_map(|value| value.as_object()?.get(root))?;
    parts.try_fold(found, |value, part| value.as_object()?.get(part))
}

fn is_there(value: &Value) -> bool {
    value.truthy() && value.as_array().is_none_or(|items| !items.is_empty())
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Date(date) => date.iso(),
        other => js::text(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::wire;

    fn rendered(template: &str, html: bool) -> String {
        let values = r#"{"name":"A & <b>","url":"h://x?a='`","n":3,"on":true,"off":false,"none":null,"user":{"age":7},"all":["x","y"],
            "list":[{"k":1},{"k":2}],"empty":[]}"#;
        let values = wire::parse(values.as_bytes(), 9).unwrap();
        Template::parse(template).map_or_else(|error| error.to_string(), |template| template.render(&values, html))
    }

    #[test]
    fn tags_are_filled_in() {
        for (template, wanted) in [
            ("no tag } here {", "no tag } here {"),
            ("{{name}} {{{name}}} {{& name }}", "A &amp; &lt;b&gt; A & <b> A & <b>"),
            ("{{url}}", "h:&#x2F;&#x2F;x?a&#x3D;&#39;&#x60;"),
            (
                "{{n}}{{on}}{{none}}{{missing}}{{user.age}}{{user.no.way}} {{all}} {{user}}",
                "3true7 x,y [object Object]",
            ),
            ("{{! a remark }}x", "x"),
            ("{{#on}}yes {{n}}{{/on}}{{#off}}no{{/off}}{{#empty}}no{{/empty}}", "yes 3"),
            ("{{^off}}a{{/off}}{{^none}}b{{/none}}{{^empty}}c{{/empty}}{{^on}}no{{/on}}", "abc"),
            ("{{#all}}[{{.}}]{{/all}}{{#list}}{{k}}{{n}} {{/list}}", "[x][y]13 23 "),
            ("a{{> part}}b{{=<% %>=}}<%n%>{{n}}<%={{ }}=%>{{n}}", "ab3{{n}}3"),
            ("{{#user}}{{age}}{{#on}}!{{/on}}{{/user}}", "7!"),
        ] {
            assert_eq!(rendered(template, true), wanted, "{template}");
        }
        assert_eq!(rendered("{{name}}", false), "A & <b>");
    }

    #[test]
    fn tags_that_are_none_are_told() {
        for template in ["{{x", "{{{x}}", "{{#x}}", "{{/x}}", "{{#x}}{{/y}}", "{{=<%=}}"] {
            assert!(rendered(template, true).starts_with("a template: "), "{template}");
        }
    }
}
