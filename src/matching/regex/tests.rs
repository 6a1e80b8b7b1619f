use super::*;
use crate::error::Code;

fn matches(pattern: &str, options: &str, text: &str) -> bool {
    let regex = Regex { pattern: pattern.into(), options: options.into() };
    compile(&regex).unwrap_or_else(|e| panic!("/{pattern}/: {e}")).is_match(text, &mut Work::unlimited()).unwrap()
}

/// Pattern, options, texts that match, texts that do not; what PCRE2 10.42 says (UTF, no UCP; `{,n}` counts from 10.43).
const TABLE: &[(&str, &str, &[&str], &[&str])] = &[
    ("a.c", "", &["abc", "a\rc", "xabcx", "aéc"], &["a\nc", "ABC"]),
    ("a.c", "s", &["a\nc"], &["ac"]),
    ("ABC", "i", &["abc", "xAbC"], &["ab"]),
    ("É", "i", &["é"], &["e"]),
    ("^a$", "", &["a", "a\n"], &["a\n\n", "ba", "a\nb"]),
    ("^a$", "m", &["b\na\nc", "a\n"], &["ba"]),
    ("^$", "m", &["", "a\n\nb"], &["a\n", "a"]),
    ("b\\Z", "", &["ab", "ab\n"], &["ab\n\n"]),
    ("b\\z", "", &["ab"], &["ab\n"]),
    ("^\\Qa.b\\E", "", &["a.bc"], &["axb"]),
    ("\\Qa.b", "", &["xa.b"], &["axb"]),
    ("\\Qa\\E+b", "", &["aab"], &["b"]),
    ("\\Qa\\\\E\\Q\\E\\Qb\\E", "", &["a\\b"], &["ab"]),
    ("a\\/b", "", &["a/b"], &["ab"]),
    ("a b # no\n c", "x", &["abc"], &["a b"]),
    ("a\\ b[ #]", "x", &["a b#", "a b "], &["ab#"]),
    ("(?x) a b (?-x) c", "", &["ab c"], &["abc"]),
    ("(?x: a )b c", "", &["ab c"], &["abc"]),
    ("\\d\\w\\s", "", &["1a ", "1_\u{b}"], &["٣a ", "1é ", "1a\u{a0}"]),
    ("^\\W$", "", &["é", "-"], &["e"]),
    ("\\bcat\\b", "", &["a cat", "écat", "cat."], &["cats", "_cat"]),
    ("a\\Bt", "", &["cat", "ats"], &["a t"]),
    ("\\Bé", "", &["é"], &["aé"]),
    ("^\\h+$", "", &[" \t\u{a0}\u{3000}"], &["\n"]),
    ("^a\\Rb$", "", &["a\r\nb", "a\nb", "a\u{2028}b"], &["a\n\nb"]),
    ("^\\R\\n$", "", &["\r\n\n", "\n\n"], &["\r\n"]),
    ("a\\Nb", "s", &["axb"], &["a\nb"]),
    ("[[:alpha:]_]+\\z", "", &["ab_"], &["a1", "é"]),
    ("^[[:^digit:]]$", "", &["a", "é"], &["1"]),
    ("^[]a]$", "", &["]", "a"], &["b"]),
    ("^[^]a]$", "", &["b"], &["]", "a"]),
    ("^[a&&b]$", "", &["a", "&", "b"], &["c"]),
    ("^[a[b]$", "", &["[", "a"], &["]"]),
    ("^[a\\]b]$", "", &["]"], &["\\"]),
    ("^[+--]$", "", &["+", ",", "-"], &["."]),
    ("^[\\w-]$", "", &["-", "x"], &["."]),
    ("^[a-]$", "", &["a", "-"], &["b"]),
    ("^[\\Q-]\\Ea]$", "", &["-", "]", "a"], &["Q"]),
    ("^[\\b]$", "", &["\u{8}"], &["b"]),
    ("^[\\D]$", "", &["a"], &["1"]),
    ("^[^\\D5]$", "", &["1"], &["a", "5"]),
    ("^[a-c~~]$", "", &["~", "b"], &["d"]),
    ("^\\x41\\x{42}\\103\\o{104}\\0$", "", &["ABCD\0"], &["ABCD"]),
    ("^\\cA\\e\\a$", "", &["\u{1}\u{1b}\u{7}"], &["A"]),
    ("^\\p{Lu}\\pL\\P{L}\\p{^L}$", "", &["Éa1-"], &["éa1-"]),
    ("^\\p{L&}\\p{Greek}$", "", &["aλ"], &["ab"]),
    ("^a{2}$", "", &["aa"], &["a"]),
    ("^a{,2}$", "", &["a{,2}"], &["aa"]),
    ("^a{x}$", "", &["a{x}"], &["a"]),
    ("^{a}$", "", &["{a}"], &["a"]),
    ("^a++a", "", &[], &["aaa"]),
    ("^a{1,3}+a", "", &["aaaa"], &["aaa"]),
    ("^(?>a+)b", "", &["aab"], &["ba"]),
    ("^(?:a|ab)(?:c|bcd)$", "", &["abcd", "ac", "abc"], &["abd"]),
    ("foo(?=bar)", "", &["foobar"], &["foobaz"]),
    ("^(?!.*bad)", "", &["good"], &["so bad"]),
    ("(?<=\\$)\\d+", "", &["$5"], &["5"]),
    ("(?<!a)b", "", &["cb", "b"], &["ab"]),
    ("^(a|b)\\1$", "", &["aa", "bb"], &["ab"]),
    ("^(a)\\g{1}\\g1\\g{-1}$", "", &["aaaa"], &["aaa"]),
    ("^(?<n>a|b)\\k<n>\\k{n}\\k'n'(?P=n)$", "", &["aaaaa"], &["aaaab"]),
    ("^(a|b(?1)c)$", "", &["a", "bac", "bbacc"], &["bc"]),
    ("^(?<p>\\((?:[^()]|(?&p))*\\))$", "", &["(a(b)c)"], &["(a(b)c"]),
    ("^(<)?a(?(1)>)$", "", &["<a>", "a"], &["<a", "a>"]),
    ("^(?(?=a)ab|cd)$", "", &["ab", "cd"], &["ad"]),
    ("a(?i)b|c", "", &["aB", "C"], &["AB"]),
    ("a(?i:b)c", "", &["aBc"], &["aBC"]),
    ("(?i)a(?-i)b", "", &["Ab"], &["AB"]),
    ("a(?#comment)b", "", &["ab"], &["a"]),
    ("(*UTF)é", "", &["é"], &["e"]),
    ("a\\Kb", "", &["ab"], &["b"]),
    ("", "", &["", "x"], &[]),
    ("a|", "", &["", "x"], &[]),
    ("\\<a\\>", "", &["<a>"], &["a"]),
    ("a\"b%c@", "", &["a\"b%c@"], &["abc"]),
    ("^\u{1F600}.$", "", &["\u{1F600}\u{1F601}"], &["\u{1F600}"]),
];

#[test]
fn reads_patterns_as_pcre_does() {
    for (pattern, options, yes, no) in TABLE {
        yes.iter().for_each(|text| assert!(matches(pattern, options, text), "/{pattern}/{options} on {text:?}"));
        no.iter().for_each(|text| assert!(!matches(pattern, options, text), "/{pattern}/{options} not on {text:?}"));
    }
}

/// The two engines agree wherever both can be used.
#[test]
fn the_backtracking_form_means_the_same() {
    for (pattern, options, yes, no) in TABLE {
        let compiled = Compiled::new(&Regex { pattern: (*pattern).into(), options: (*options).into() }).unwrap();
        let engine = compiled.backtracking().as_ref().unwrap_or_else(|e| panic!("/{pattern}/: {e}"));
        yes.iter().for_each(|text| assert!(engine.is_match(*text).unwrap(), "/{pattern}/{options} on {text:?}"));
        no.iter().for_each(|text| assert!(!engine.is_match(*text).unwrap(), "/{pattern}/{options} not on {text:?}"));
    }
}

#[test]
fn refuses_with_a_reason() {
    for (pattern, reason) in [
        ("(", "parenthesis"),
        (")", "parenthesis"),
        ("[a", "]"),
        ("a\\", "end of pattern"),
        ("*a", "repetition"),
        ("[b-a]", "range out of order"),
        ("[\\w-x]", "invalid range"),
        ("[a-\\d]", "invalid range"),
        ("\\y", "\\y is not supported"),
        ("(?|a)", "(?| is not supported"),
        ("(*UCP)a", "(*UCP) is not supported"),
        ("[[:nope:]]", "POSIX"),
        ("(a)\\2", ""),
        ("(((a{1000}){1000}){1000})", "size limit"),
        ("\\p{Nope}", "property"),
    ] {
        let error = compile(&Regex { pattern: pattern.into(), options: String::new() }).unwrap_err();
        assert_eq!(error.code(), Some(Code::InvalidQuery), "{pattern}");
        let text = error.client_message(false).unwrap().to_owned();
        assert!(text.contains(reason), "{pattern}: {text}");
    }
    let long = Regex { pattern: "a".repeat(MAX_PATTERN + 1), options: String::new() };
    assert!(compile(&long).is_err());
}

#[test]
fn stops_when_a_pattern_runs_wild() {
    let wild = compile(&Regex { pattern: "^(?:(a+)\\1*)+b".into(), options: String::new() }).unwrap();
    let error = wild.is_match(&"a".repeat(50), &mut Work::unlimited()).unwrap_err();
    assert_eq!(error.code(), Some(Code::Timeout));
    // The same without look-ahead needs no way back.
    assert!(!matches("^(a+)+b", "", &"a".repeat(100_000)));
    let plain = compile(&Regex { pattern: "a".into(), options: String::new() }).unwrap();
    assert_eq!(plain.is_match(&"b".repeat(1000), &mut Work::new(10)).unwrap_err().code(), Some(Code::Timeout));
}

#[test]
fn keeps_the_patterns_used_last() {
    let cache = Cache(Mutex::default());
    let take = |n: usize| cache.compile(&Regex { pattern: format!("kept{n}"), options: String::new() }).unwrap();
    let one = take(0);
    for n in 1..=KEPT * 2 {
        take(n);
        assert!(Arc::ptr_eq(&one, &take(0)), "used again and again, {n}");
    }
    (1..=KEPT).for_each(|n| drop(take(n)));
    assert!(!Arc::ptr_eq(&one, &take(0)), "the oldest goes");
    assert_eq!(cache.0.lock().unwrap().len(), KEPT);
}

#[test]
fn long_texts_are_searched_in_bounded_time() {
    // Which state comes next depends on the last 1500 letters: hardly any comes twice.
    let mut seed = 1_u32;
    let letters = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        if seed >> 31 == 0 { 'a' } else { 'b' }
    });
    let text: String = letters.take(1_000_000).collect();
    let search = |pattern: &str| {
        let regex = Regex { pattern: pattern.into(), options: String::new() };
        compile(&regex).unwrap().is_match(&text, &mut Work::unlimited()).map_err(|e| e.code())
    };
    assert_eq!(search("[ab]*a[ab]{1500}c"), Err(Some(Code::Timeout)));
    assert_eq!(search("(?=a)c"), Err(Some(Code::Timeout)));
    assert_eq!(search("^[ab]+$"), Ok(true));
    assert_eq!(search("abc|c{5}"), Ok(false));
    assert_eq!(search("(?i)BABABA"), Ok(true));
}
