//! Full-text search in `matching/` against a database that speaks MongoDB's protocol, on random texts and searches.
//!
//! Runs when `TEST_MONGO_URI` is set. FerretDB is not MongoDB in all of this, so what they are known to do otherwise
//! is not asked (`tests/parity/FACTS.md`): searches of nothing but negations, phrases beside words, accents, compound words.

use std::cell::Cell;

use mongodb::bson::{Document, doc};
use mongodb::{Collection, IndexModel};
use parsimony::matching::{self, Work};
use parsimony::model::query::TextSearch;
use parsimony::model::{Filter, Map, Path, Value};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestCaseError, TestRunner};

/// Words with stems in common, stop words, other scripts. A phrase of two of them is found as words or not at all.
const WORDS: [&str; 30] = [
    "coffee",
    "Coffees",
    "hot",
    "milk",
    "running",
    "run",
    "the",
    "and",
    "of",
    "not",
    "cake",
    "baking",
    "baked",
    "bakery",
    "2024",
    "universities",
    "university",
    "flies",
    "fly",
    "happily",
    "happy",
    "generally",
    "generous",
    "skies",
    "dying",
    "news",
    "Exceeding",
    "東京",
    "привет",
    "relational",
];

#[test]
fn finds_what_a_mongodb_engine_finds() {
    let Ok(uri) = std::env::var("TEST_MONGO_URI") else {
        eprintln!("left out: TEST_MONGO_URI is not set");
        return;
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let client = runtime.block_on(mongodb::Client::with_uri_str(uri)).unwrap();
    let database = client.database(&format!("parsimony_text_{}", std::process::id()));
    let rows: Collection<Document> = database.collection("rows");
    let index = IndexModel::builder().keys(doc! { "t": "text" }).build();
    runtime.block_on(async { rows.create_index(index).await }).unwrap();
    let mut runner = TestRunner::new(Config { cases: 40, failure_persistence: None, ..Config::default() });
    let told_apart = Cell::new(0);
    // The engine's phrases are of words, MongoDB's of letters: they agree where only blanks part words.
    let phrases = (vec(text(&[" "]), 1..20), vec(prop_oneof![words(), phrase()], 12));
    let others = (vec(text(&[", ", ". ", "! "]), 1..20), vec(words(), 12));
    let outcome = runner.run(&prop_oneof![phrases, others], |(texts, searches)| {
        runtime.block_on(async {
            rows.delete_many(doc! {}).await.map_err(failed)?;
            let stored = texts.iter().enumerate().map(|(i, text)| doc! { "_id": i as i64, "t": text });
            rows.insert_many(stored).await.map_err(failed)?;
            for term in &searches {
                let found = compare(&rows, &texts, term).await?;
                told_apart.set(told_apart.get() + u32::from(found > 0 && found < texts.len()));
            }
            Ok(())
        })
    });
    runtime.block_on(async { database.drop().await }).unwrap();
    outcome.unwrap_or_else(|e| panic!("{e}"));
    assert!(told_apart.get() > 100, "only {} searches told texts apart", told_apart.get());
}

fn text(between: &'static [&'static str]) -> impl Strategy<Value = String> {
    (vec(select(&WORDS[..]), 1..8), select(between)).prop_map(|(words, between)| words.join(between))
}

/// Words, wanted and not. A search of stop words alone finds nothing in MongoDB, and what is not negated in the engine.
fn words() -> impl Strategy<Value = String> {
    let words = (vec(select(&WORDS[..]), 1..3), vec(select(&WORDS[..]), 0..2));
    let words = words.prop_filter("something to look for", |(wanted, _)| {
        wanted.iter().any(|word| !["the", "and", "of", "not"].contains(word))
    });
    words.prop_map(|(wanted, unwanted)| {
        let unwanted: String = unwanted.iter().map(|word| format!(" -{word}")).collect();
        wanted.join(" ") + &unwanted
    })
}

/// One phrase of words that are their own stems.
fn phrase() -> impl Strategy<Value = String> {
    let plain = select(vec!["hot", "milk", "2024", "東京", "привет"]);
    (plain.clone(), plain).prop_map(|(a, b)| format!("\"{a} {b}\""))
}

/// How many texts a search finds; fails if there are others there.
async fn compare(rows: &Collection<Document>, texts: &[String], term: &str) -> Result<usize, TestCaseError> {
    let mut cursor = rows.find(doc! { "$text": { "$search": term } }).await.map_err(failed)?;
    let mut there = Vec::new();
    while cursor.advance().await.map_err(failed)? {
        let id = cursor.current().get_i64("_id").map_err(failed)?;
        there.push(usize::try_from(id).map_err(failed)?);
    }
    there.sort_unstable();
    let field = Path::from("t");
    let filter = Filter::Text(TextSearch {
        field,
        term: term.to_owned(),
        language: None,
        case_sensitive: false,
        diacritic_sensitive: false,
    });
    let hit = |text: &String| {
        matching::matches(&filter, &Map::from([("t", Value::from(text.as_str()))]), &mut Work::unlimited()).unwrap()
    };
    let here: Vec<usize> = (0..texts.len()).filter(|i| hit(&texts[*i])).collect();
    prop_assert_eq!(&here, &there, "{} in {:?}", term, texts);
    Ok(here.len())
}

fn failed(e: impl std::fmt::Display) -> TestCaseError {
    TestCaseError::fail(e.to_string())
}
