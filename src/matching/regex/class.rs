//! Character classes, `[…]`.

use super::escape::Escape;
use super::translate::Translator;

/// The POSIX names, all ASCII.
const POSIX: [&str; 14] = [
    "alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper", "word",
    "xdigit",
];

/// One member of a class.
enum Member {
    Char(char),
    /// Text that the engines read inside a class.
    Set(String),
    Nothing,
}

/// Rewrites a class; its `[` is taken already.
pub(super) fn class(t: &mut Translator<'_>) -> Result<(), String> {
    t.out.push('[');
    if t.eat("^") {
        t.out.push('^');
    }
    let (mut first, mut quoted) = (true, false);
    loop {
        if !first && !quoted && t.eat("]") {
            break;
        }
        let member = member(t, &mut quoted)?;
        if matches!(member, Member::Nothing) {
            continue;
        }
        first = false;
        put(t, member, &mut quoted)?;
    }
    t.out.push(']');
    Ok(())
}

/// Appends a member, or the range that it begins.
fn put(t: &mut Translator<'_>, member: Member, quoted: &mut bool) -> Result<(), String> {
    let from = match member {
        Member::Char(c) => c,
        Member::Set(text) => {
            t.out.push_str(&text);
            if !*quoted && t.rest.starts_with('-') && !t.rest.starts_with("-]") {
                return Err("invalid range in character class".into());
            }
            return Ok(());
        }
        Member::Nothing => return Ok(()),
    };
    hex(t, from);
    if *quoted || !t.rest.starts_with('-') || t.rest.starts_with("-]") {
        return Ok(());
    }
    t.eat("-");
    match self::member(t, quoted)? {
        Member::Char(to) if to < from => Err("range out of order in character class".into()),
        Member::Char(to) => {
            t.out.push('-');
            hex(t, to);
            Ok(())
        }
        _ => Err("invalid range in character class".into()),
    }
}

/// No character of a class means more to the engines than itself this way.
fn hex(t: &mut Translator<'_>, c: char) {
    t.out.push_str(&format!("\\x{{{:X}}}", u32::from(c)));
}

fn member(t: &mut Translator<'_>, quoted: &mut bool) -> Result<Member, String> {
    if t.eat("\\E") {
        *quoted = false;
        return Ok(Member::Nothing);
    }
    if !*quoted && t.eat("\\Q") {
        *quoted = true;
        return Ok(Member::Nothing);
    }
    if !*quoted
        && t.rest.starts_with("[:")
        && let Some(set) = posix(t)?
    {
        return Ok(set);
    }
    let c = t.next().ok_or("missing terminating ] for character class")?;
    if *quoted || c != '\\' {
        return Ok(Member::Char(c));
    }
    Ok(match t.read_escape()? {
        Escape::Char(c) => Member::Char(c),
        Escape::Set { negated: false, items } => Member::Set(items),
        Escape::Set { negated: true, items } => Member::Set(format!("[^{items}]")),
        Escape::Other('b') => Member::Char('\x08'),
        Escape::Other(digit @ '1'..='7') => Member::Char(t.octal(digit.into())?),
        Escape::Other(other) => return Err(format!("\\{other} is not supported in a character class")),
    })
}

/// `[:alpha:]` or `[:^alpha:]`; anything else that begins like it is characters.
fn posix(t: &mut Translator<'_>) -> Result<Option<Member>, String> {
    let Some((name, rest)) = t.rest[2..].split_once(":]") else { return Ok(None) };
    let bare = name.trim_start_matches('^');
    if !bare.bytes().all(|b| b.is_ascii_lowercase()) || bare.is_empty() {
        return Ok(None);
    }
    if !POSIX.contains(&bare) || name.len() > bare.len() + 1 {
        return Err("unknown POSIX class name".into());
    }
    t.rest = rest;
    Ok(Some(Member::Set(format!("[:{name}:]"))))
}
