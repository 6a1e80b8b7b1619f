use std::sync::Arc;

use crate::access::{Read, Select, Write, internal};
use crate::error::{Code, Result};
use crate::matching::{Work, matches};
use crate::model::query::{OrderBy, OrderKey, TextSearch};
use crate::model::{ClassSchema, Date, Field, FieldType, Filter, Map, Op, ParseObject, Path, Value};
use crate::storage::sqlite::Sqlite;
use crate::storage::{Outcome, SchemaChange, Storage};

struct Bench {
    db: Sqlite,
    schema: Arc<ClassSchema>,
    runtime: tokio::runtime::Runtime,
    dir: tempfile::TempDir,
}

impl Bench {
    /// A class with the texts `t` and `u`, a list `l`, and no index.
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let db = Sqlite::open(&dir.path().join("x.db")).unwrap();
        let mut schema = ClassSchema::new("C");
        for name in ["t", "u", "language"] {
            schema.fields.insert(name.into(), Field::new(FieldType::String));
        }
        schema.fields.insert("l".into(), Field::new(FieldType::Array));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let bench = Self { db, schema: Arc::new(schema.clone()), runtime, dir };
        bench.alter(SchemaChange::CreateClass(schema)).unwrap();
        bench
    }

    fn indexed(fields: &[&str]) -> Self {
        let bench = Self::new();
        bench.index("x", fields).unwrap();
        bench
    }

    fn alter(&self, change: SchemaChange) -> Result<()> {
        self.runtime.block_on(self.db.alter(change))
    }

    fn index(&self, name: &str, fields: &[&str]) -> Result<()> {
        let keys: Map = fields.iter().map(|field| (*field, Value::from("text"))).collect();
        let indexes = Map::from([(name, Value::Object(keys))]);
        self.alter(SchemaChange::CreateIndexes { class: "C".into(), indexes })
    }

    fn drop_index(&self, name: &str) {
        self.alter(SchemaChange::DropIndexes { class: "C".into(), names: vec![name.into()] }).unwrap();
    }

    fn write(&self, writes: Vec<Write>, atomic: bool) -> Vec<Result<Outcome>> {
        self.runtime.block_on(self.db.write(writes, atomic)).unwrap()
    }

    fn create(&self, id: &str, t: &str) -> Write {
        self.create_with(id, Map::from([("t", Value::from(t))]))
    }

    fn create_with(&self, id: &str, fields: Map) -> Write {
        let object = ParseObject { id: id.into(), fields, acl: None, internal: Map::new() };
        Write::Create(internal("a test").create(self.schema.clone(), object, Vec::new()))
    }

    fn set(&self, id: &str, field: &str, value: &str) -> Write {
        let ops = vec![(Path::from(field), Op::Set(Value::from(value)))];
        Write::Update(internal("a test").update(self.schema.clone(), Filter::eq("objectId", id), ops, Date(0)))
    }

    fn delete(&self, filter: Filter) -> Write {
        Write::Delete(internal("a test").delete(self.schema.clone(), filter))
    }

    fn plan(&self, filter: Filter) -> Read {
        internal("a test").read(self.schema.clone(), filter, Default::default())
    }

    fn ids(&self, plan: &Read) -> Result<Vec<String>> {
        let rows = self.runtime.block_on(self.db.find(plan))?;
        (0..rows.len()).map(|i| Ok(rows.object(i)?.id)).collect()
    }

    /// The ids of what a search finds, in the order of their making, separated by blanks.
    fn find(&self, term: &str) -> String {
        self.ids(&self.plan(Filter::Text(search(term)))).unwrap().join(" ")
    }

    fn count(&self, term: &str) -> u64 {
        self.runtime.block_on(self.db.count(&self.plan(Filter::Text(search(term))))).unwrap()
    }

    fn scored(&self, term: &str) -> Vec<String> {
        let order = vec![OrderKey { by: OrderBy::TextScore, descending: false }];
        let select = Select::Only(["$score".to_owned()].into());
        let plan = self.plan(Filter::Text(search(term))).ordered(order).selecting(select);
        let rows = self.runtime.block_on(self.db.find(&plan)).unwrap();
        let json = |i| {
            let mut out = Vec::new();
            rows.write_json(i, plan.render(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        (0..rows.len()).map(json).collect()
    }
}

fn search(term: &str) -> TextSearch {
    let field = Path::from("t");
    TextSearch { field, term: term.into(), language: None, case_sensitive: false, diacritic_sensitive: false }
}

#[test]
fn finds_what_was_there_and_what_comes() {
    let bench = Bench::new();
    bench.write(vec![bench.create("a", "Hot coffee"), bench.create("b", "cold tea")], false);
    bench.index("x", &["t"]).unwrap();
    bench.write(vec![bench.create("c", "coffees and teas"), bench.create_with("d", Map::new())], false);
    assert_eq!(bench.find("coffee"), "a c");
    assert_eq!(bench.find("tea"), "b c");
    assert_eq!(bench.find("coffee tea"), "a b c");
    assert_eq!(bench.find("coffee -hot"), "c");
    assert_eq!(bench.find("\"hot coff\""), "a");
    assert_eq!(bench.find("and"), "");
    assert_eq!(bench.count("coffee tea"), 3);
}

#[test]
fn follows_updates_and_deletions() {
    let bench = Bench::indexed(&["t"]);
    let ids = ["a", "b", "c", "d"];
    bench.write(ids.iter().map(|id| bench.create(id, "coffee")).collect(), false);
    bench.write(vec![bench.set("a", "t", "tea"), bench.set("b", "u", "tea")], false);
    assert_eq!((bench.find("coffee"), bench.find("tea")), ("b c d".into(), "a".into()));
    bench.write(vec![bench.delete(Filter::eq("objectId", "c"))], false);
    assert_eq!(bench.find("coffee"), "b d");
    bench.write(vec![bench.delete(Filter::Text(search("tea")))], false);
    assert_eq!(bench.find("tea coffee"), "b d");
    bench.write(vec![bench.delete(Filter::all())], false);
    assert_eq!(bench.count("coffee"), 0);
    bench.write(vec![bench.create("e", "coffee")], false);
    assert_eq!(bench.find("coffee"), "e");
}

#[test]
fn what_is_undone_is_not_found() {
    let bench = Bench::indexed(&["t"]);
    bench.write(vec![bench.create("a", "coffee")], false);
    let failing = vec![bench.create("b", "coffee"), bench.set("a", "t", "tea"), bench.create("a", "twice")];
    let outcomes = bench.write(failing, true);
    assert!(outcomes.last().unwrap().is_err());
    assert_eq!((bench.find("coffee"), bench.find("tea")), ("a".into(), String::new()));
    bench.write(vec![bench.create("b", "coffee")], true);
    assert_eq!(bench.find("coffee"), "a b");
}

#[test]
fn survives_a_new_start() {
    let bench = Bench::indexed(&["t"]);
    bench.write(vec![bench.create("a", "coffee")], false);
    bench.runtime.block_on(bench.db.close()).unwrap();
    let Bench { db, schema, runtime, dir } = bench;
    drop(db);
    let bench = Bench { db: Sqlite::open(&dir.path().join("x.db")).unwrap(), schema, runtime, dir };
    bench.write(vec![bench.create("b", "coffee")], false);
    assert_eq!(bench.find("coffee"), "a b");
}

#[test]
fn a_class_has_one_index_until_it_is_dropped() {
    let bench = Bench::new();
    assert_eq!(bench.ids(&bench.plan(Filter::Text(search("x")))).unwrap_err().code(), Some(Code::InvalidQuery));
    bench.index("x", &["t"]).unwrap();
    bench.index("x", &["t"]).unwrap();
    assert_eq!(bench.index("y", &["u"]).unwrap_err().code(), Some(Code::InvalidQuery));
    assert_eq!(bench.index("z", &["$**"]).unwrap_err().code(), Some(Code::InvalidQuery));
    bench.write(vec![bench.create("a", "coffee"), bench.set("a", "u", "tea")], false);
    assert_eq!((bench.find("coffee"), bench.find("tea")), ("a".into(), String::new()));
    bench.drop_index("x");
    assert!(bench.ids(&bench.plan(Filter::Text(search("coffee")))).is_err());
    bench.index("y", &["t", "u"]).unwrap();
    assert_eq!((bench.find("coffee"), bench.find("tea")), ("a".into(), "a".into()));
    bench.alter(SchemaChange::DeleteFields { class: "C".into(), fields: vec!["u".into()] }).unwrap();
    assert!(bench.ids(&bench.plan(Filter::Text(search("coffee")))).is_err(), "the index goes with its field");
    bench.index("x", &["t"]).unwrap();
    assert_eq!(bench.find("coffee"), "a");
    bench.alter(SchemaChange::DropClass("C".into())).unwrap();
    assert_eq!(bench.find("coffee"), "");
    bench.alter(SchemaChange::CreateClass((*bench.schema).clone())).unwrap();
    bench.index("x", &["t"]).unwrap();
    assert_eq!(bench.find("coffee"), "");
}

#[test]
fn the_best_match_comes_first_with_its_score() {
    let bench = Bench::indexed(&["t", "l"]);
    let list = Value::Array(vec!["coffee".into(), Value::Number(5.0), "coffee with cake".into()]);
    bench.write(vec![bench.create("a", "coffee is fine"), bench.create("b", "coffee coffee")], false);
    bench.write(vec![bench.create_with("c", Map::from([("l", list), ("score", Value::Number(9.0))]))], false);
    assert_eq!(
        bench.scored("coffee"),
        [r#"{"objectId":"c","score":1.75}"#, r#"{"objectId":"b","score":1.5}"#, r#"{"objectId":"a","score":0.75}"#]
    );
    let order = vec![OrderKey { by: OrderBy::TextScore, descending: false }];
    let error = bench.ids(&bench.plan(Filter::all()).ordered(order)).unwrap_err();
    assert_eq!(error.to_string(), "102: query requires text score metadata, but it is not available");
}

#[test]
fn many_terms_and_odd_ones() {
    let bench = Bench::indexed(&["t"]);
    bench.write(vec![bench.create("a", "foo_bar rock'n'roll \u{1}x\u{0}y AND \u{1F600} 東京 NEAR *")], false);
    for term in
        ["foo_bar", "x", "y", "near", "\u{1F600}", "東京", "\"rock'n'roll\"", "*  x", "(x OR", "words:x", "x\u{0}"]
    {
        assert_eq!(bench.find(term), "a", "{term}");
    }
    for term in ["foo", "bar", "and", "*", "\"\"", "'", "\u{0}", "or"] {
        assert_eq!(bench.find(term), "", "{term}");
    }
    let many: String = (0..20_000).map(|n| format!("w{n} ")).collect();
    assert_eq!(bench.find(&many), "");
    assert_eq!(bench.find(&(many + "x")), "a");
}

#[test]
fn stands_beside_and_below_other_conditions() {
    let bench = Bench::indexed(&["t"]);
    bench.write(["coffee", "tea", "milk"].iter().map(|t| bench.create(t, t)).collect(), false);
    let or = Filter::Or(vec![Filter::Text(search("coffee")), Filter::eq("objectId", "milk")]);
    assert_eq!(bench.ids(&bench.plan(or)).unwrap(), ["coffee", "milk"]);
    let or = Filter::Or(vec![Filter::Text(search("")), Filter::eq("objectId", "milk")]);
    let order = vec![OrderKey { by: OrderBy::TextScore, descending: false }];
    assert_eq!(bench.ids(&bench.plan(or).ordered(order)).unwrap(), ["milk"]);
    let and = Filter::Text(search("coffee tea")).and(Filter::eq("objectId", "tea"));
    assert_eq!(bench.ids(&bench.plan(and)).unwrap(), ["tea"]);
}

/// The table finds what `matching` finds, whatever the words.
#[test]
fn agrees_with_matching() {
    let bench = Bench::indexed(&["t"]);
    let words =
        ["coffee", "Coffees", "café", "CAFE", "running", "run", "the", "don't", "Häuser", "haus", "tea-time", "tea"];
    let mut state = 7_usize;
    let mut pick = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % n
    };
    let texts: Vec<String> = (0..120)
        .map(|_| (0..1 + pick(6)).map(|_| words[pick(words.len())]).collect::<Vec<_>>().join([" ", ", ", "-"][pick(3)]))
        .collect();
    let languages = ["en", "de", "none", "pl"];
    let fields = |(i, text): (usize, &String)| {
        Map::from([("t", Value::from(text.as_str())), ("language", Value::from(languages[i % 4]))])
    };
    let rows: Vec<Map> = texts.iter().enumerate().map(fields).collect();
    bench
        .write(rows.iter().enumerate().map(|(i, row)| bench.create_with(&i.to_string(), row.clone())).collect(), false);
    for _ in 0..400 {
        let mut part = || {
            let (a, b) = (words[pick(words.len())], words[pick(words.len())]);
            [a.to_owned(), format!("-{a}"), format!("\"{a} {b}\""), format!("-\"{a}\""), format!("{a} {b}")][pick(5)]
                .clone()
        };
        let term = [part(), part(), part()].join(" ");
        let search = TextSearch {
            language: [None, Some("de".into()), Some("none".into())][pick(3)].clone(),
            case_sensitive: pick(3) == 0,
            diacritic_sensitive: pick(3) == 0,
            ..search(&term)
        };
        let filter = Filter::Text(search.clone());
        let expected: Vec<String> = (0..rows.len())
            .filter(|i| matches(&filter, &rows[*i], &mut Work::unlimited()).unwrap())
            .map(|i| i.to_string())
            .collect();
        assert_eq!(bench.ids(&bench.plan(filter)).unwrap(), expected, "{search:?}");
    }
}
