use super::*;
use crate::model::{Map, Path, Value, wire};

fn search(term: &str) -> TextSearch {
    let field = Path::from("t");
    TextSearch { field, term: term.into(), language: None, case_sensitive: false, diacritic_sensitive: false }
}

fn object(json: &str) -> Map {
    match wire::parse(json.as_bytes(), 20).unwrap() {
        Value::Object(map) => map,
        _ => panic!("{json}"),
    }
}

fn document(text: &str) -> Document {
    Document { language: Language::default(), texts: vec![text.to_owned()] }
}

fn hits(search: &TextSearch, text: &str) -> bool {
    Search::new(search).unwrap().matches(&document(text), &mut Work::unlimited()).unwrap()
}

fn score(term: &str, text: &str) -> f64 {
    Search::new(&search(term)).unwrap().score(&document(text), &mut Work::unlimited()).unwrap()
}

#[test]
fn any_word_all_phrases_nothing_negated() {
    let text = "Hot coffee, shopping and a slice of cake";
    for (term, expected) in [
        ("coffee", true),
        ("COFFEE tea", true),
        ("tea", false),
        ("shop", true),
        ("slices", true),
        ("and", false),
        ("", false),
        ("\"hot coffee\"", true),
        ("\"hot coff\"", true),
        ("\"ot coffee\"", true),
        ("\"slice of cake\"", true),
        ("\"coffee hot\"", false),
        ("\"hot coffee\" \"slice of\" tea", true),
        ("\"hot coffee\" \"no slice\"", false),
        ("cake -coffee", false),
        ("cake -tea", true),
        ("cake -and", true),
        ("cake -\"hot coffee\"", false),
        ("cake -\"hot tea\"", true),
        ("-tea", false),
    ] {
        assert_eq!(hits(&search(term), text), expected, "{term}");
    }
}

#[test]
fn case_accents_and_language_count_when_asked_for() {
    let case = |term| TextSearch { case_sensitive: true, ..search(term) };
    assert!(hits(&case("Coffee"), "Coffee with cake"));
    assert!(!hits(&case("coffee"), "Coffee with cake"));
    assert!(!hits(&case("\"coffee with\" cake"), "Coffee with cake"));
    assert!(hits(&case("cake -coffee"), "Coffee with cake"));
    let accents = |term| TextSearch { diacritic_sensitive: true, ..search(term) };
    assert!(hits(&search("cafe"), "Café con leche"));
    assert!(!hits(&accents("cafe"), "Café con leche"));
    assert!(hits(&accents("CAFÉ"), "Café con leche"));
    assert!(hits(&search("\"cafe con\""), "Café con leche"));
    assert!(!hits(&accents("\"cafe con\" leche"), "Café con leche"));
    let language = |term, name: &str| TextSearch { language: Some(name.into()), ..search(term) };
    assert!(!hits(&language("baking", "none"), "Baking a cake"));
    assert!(hits(&language("bake", "none"), "Baking a cake"));
    assert!(hits(&language("is cake", "en"), "cake"));
    let error = Search::new(&language("x", "klingon")).unwrap_err();
    assert_eq!(error.to_string(), "102: unsupported language: \"klingon\" for text search");
}

#[test]
fn looks_at_texts_in_lists_and_below_objects() {
    let texts = |paths: &[&str], json| {
        let paths: Vec<Path> = paths.iter().map(|path| Path::from(*path)).collect();
        Document::of(&paths, &object(json)).texts
    };
    assert_eq!(texts(&["a", "b"], r#"{"a":"x","b":["y",["z"],5,{"k":"q"}],"c":"no"}"#), ["x", "y"]);
    assert_eq!(texts(&["o.k"], r#"{"o":{"k":"x"}}"#), ["x"]);
    assert_eq!(texts(&["o.k"], r#"{"o":[{"k":"x"},{"k":["y"]}]}"#), ["x", "y"]);
    assert_eq!(texts(&["o"], r#"{"o":{"k":"x"}}"#), [""; 0]);
    assert_eq!(texts(&["objectId", "n", "gone"], r#"{"objectId":"x","n":5}"#), [""; 0]);
}

#[test]
fn an_object_may_say_its_language() {
    let paths = [Path::from("t")];
    let german = Document::of(&paths, &object(r#"{"t":"die Häuser","language":"de"}"#));
    assert_eq!(terms(&german), "haus ");
    let unknown = Document::of(&paths, &object(r#"{"t":"the houses","language":"pl"}"#));
    assert_eq!(terms(&unknown), "hous ");
}

#[test]
fn scores_as_mongodb_does() {
    assert_eq!(score("coffee", "coffee is fine"), 0.75);
    assert_eq!(score("cake", "Cake"), 1.1);
    assert_eq!(score("coffee", "Coffee"), 1.0, "the stem, coffe, is not the whole text");
    assert_eq!(score("coffee", "coffee coffee"), 1.5);
    assert_eq!(score("coffee tea", "coffee tea"), 1.5);
    assert_eq!(score("coffee", "coffee and cake, coffee, more coffee"), 1.75 * (0.5 * 3.0 / 4.0 + 0.5));
    assert_eq!(score("tea", "coffee"), 0.0);
    let search = Search::new(&search("coffee")).unwrap();
    let two = Document { texts: vec!["coffee".into(), "coffee is fine".into()], ..Document::default() };
    assert_eq!(search.score(&two, &mut Work::unlimited()).unwrap(), 1.75);
}

#[test]
fn knows_when_terms_decide() {
    let decided = |search: &TextSearch| Search::new(search).unwrap().is_decided_by_terms();
    assert!(decided(&search("hot coffee")));
    assert!(!decided(&search("hot \"coffee\"")));
    assert!(!decided(&search("hot -coffee")));
    assert!(!decided(&TextSearch { case_sensitive: true, ..search("hot") }));
}

#[test]
fn work_is_bounded() {
    let search = Search::new(&search("coffee")).unwrap();
    assert!(search.matches(&document(&"coffee ".repeat(100)), &mut Work::new(100)).is_err());
}
