//! What mongodump writes: a folder, an archive, packed or not. The bytes of documents are those that the database gives; how the tool
//! puts them into files its source says (`common/archive/spec.md`), for it cannot be had where the tests run.

use super::generator::{Size, write};
use super::kit::moved;
use crate::support::Backend;
use crate::support::backend::Place;
use flate2::Compression;
use flate2::write::GzEncoder;
use mongodb::bson::{Document, RawDocumentBuf, doc};
use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::path::Path;
use tempfile::TempDir;

type Collections = BTreeMap<String, Vec<Vec<u8>>>;

/// All documents of a database.
fn documents(uri: &str) -> Collections {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let database = mongodb::Client::with_uri_str(uri).await.unwrap().default_database().unwrap();
        let mut all = Collections::new();
        for name in database.list_collection_names().await.unwrap() {
            let mut found = database.collection::<RawDocumentBuf>(&name).find(doc! {}).await.unwrap();
            let into = all.entry(name).or_default();
            while found.advance().await.unwrap() {
                into.push(found.current().as_bytes().to_vec());
            }
        }
        all
    })
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn folder(at: &Path, all: &Collections, is_packed: bool) {
    fs::create_dir_all(at.join("app")).unwrap();
    for (name, documents) in all {
        let (name, bytes) = (name.replace(':', "%3A"), documents.concat());
        let (file, bytes) =
            if is_packed { (format!("{name}.bson.gz"), packed(&bytes)) } else { (format!("{name}.bson"), bytes) };
        fs::write(at.join("app").join(file), bytes).unwrap();
        fs::write(at.join("app").join(format!("{name}.metadata.json")), "{}").unwrap();
    }
}

fn bytes(document: Document) -> Vec<u8> {
    RawDocumentBuf::try_from(&document).unwrap().into_bytes()
}

/// An archive with the parts of all collections among each other, as several are dumped at once.
fn archive(all: &Collections) -> Vec<u8> {
    const END: [u8; 4] = [0xff; 4];
    let mut out = vec![0x6d, 0xe2, 0x99, 0x81];
    out.extend(bytes(
        doc! { "concurrent_collections": 4, "version": "0.1", "server_version": "7.0.0", "tool_version": "100.9.0" },
    ));
    for name in all.keys() {
        out.extend(bytes(doc! { "db": "app", "collection": name, "metadata": "{}", "size": 1, "type": "collection" }));
    }
    out.extend(END);
    let header = |name: &str, eof: bool| bytes(doc! { "db": "app", "collection": name, "EOF": eof, "CRC": 0_i64 });
    let mut left: Vec<(&String, std::slice::Chunks<'_, Vec<u8>>)> =
        all.iter().map(|(name, all)| (name, all.chunks(150))).collect();
    while !left.is_empty() {
        left.retain_mut(|(name, parts)| match parts.next() {
            Some(part) => {
                out.extend(header(name, false));
                part.iter().for_each(|document| out.extend(document));
                out.extend(END);
                true
            }
            None => {
                out.extend(header(name, true));
                out.extend(END);
                false
            }
        });
    }
    out
}

#[test]
fn dumps_come_in_whole() {
    if !Backend::has_mongo("dumps of mongodump") {
        return;
    }
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    write(&at.join("in"), Size::of(1000));
    let mongo = Place::new(Backend::Mongo, at);
    assert_eq!(moved(at, &["import", "in", "--to", mongo.uri()]).status, Some(0));
    let all = documents(mongo.uri());
    folder(&at.join("plain"), &all, false);
    folder(&at.join("packed"), &all, true);
    fs::write(at.join("whole.archive"), archive(&all)).unwrap();
    fs::write(at.join("whole.gz"), packed(&archive(&all))).unwrap();
    for from in ["plain", "plain/app", "packed", "whole.archive", "whole.gz"] {
        let to = format!("sqlite:{}.db", from.replace('/', "_"));
        let run = moved(at, &["import", "--mongodump", from, "--to", &to]);
        assert_eq!((run.status, run.faults()), (Some(0), Vec::new()), "{from} {}", run.err);
        let verified = moved(at, &["verify", mongo.uri(), &to]);
        assert_eq!(verified.status, Some(0), "{from}: {:?}", verified.faults());
        let again = moved(at, &["import", "--mongodump", from, "--to", &to]);
        assert_eq!((again.status, again.done()["stored"].as_u64()), (Some(0), Some(0)), "{from}");
    }
}

#[test]
fn damaged_dumps_are_told() {
    if !cfg!(feature = "mongodb") {
        return;
    }
    let dir = TempDir::new().unwrap();
    let at = dir.path();
    let mut all = Collections::new();
    let schema =
        doc! { "_id": "A", "objectId": "string", "createdAt": "date", "updatedAt": "date", "n": "number", "p": "*B" };
    all.insert("_SCHEMA".into(), vec![bytes(schema)]);
    let row = |id: &str, more: Document| {
        let mut row = doc! { "_id": id };
        row.extend(more);
        bytes(row)
    };
    all.insert(
        "A".into(),
        vec![
            row("a", doc! { "n": 1, "_p_p": "B$x" }),
            row("b", doc! { "n": "one" }),
            row("c", doc! { "_p_p": "C$x" }),
            row("d", doc! { "_strange": 1 }),
            row("e", doc! { "_p_other": "B$x" }),
        ],
    );
    all.insert("fs.files".into(), vec![row("f", doc! {})]);
    all.insert("_Join:r:A".into(), vec![row("g", doc! { "owningId": "a" })]);
    let faults = [
        "A 2 (b): 111: schema mismatch for A.n; expected Number but got String",
        "A 3: pointer to incorrect className",
        "A 4: bad key in untransform: _strange",
        "A: its pointers _p_other are left out: the schema has no such column, and Parse Server does not read them either",
        "_Join:r:A 1: there is no relatedId",
        "_Join:r:A: r is no relation of A: its entries are left out",
        "fs.files: the collection is left out: it holds files, which are not taken",
    ];
    let whole = archive(&all);
    fs::write(at.join("whole"), &whole).unwrap();
    folder(&at.join("folder"), &all, false);
    let sorted = |mut faults: Vec<String>| {
        faults.sort();
        faults
    };
    for (from, to) in [("whole", "sqlite:1.db"), ("folder", "sqlite:2.db")] {
        let run = moved(at, &["import", "--mongodump", from, "--to", to]);
        assert_eq!((run.status, sorted(run.faults())), (Some(1), faults.map(str::to_owned).to_vec()), "{}", run.err);
        assert_eq!(run.class("A")["stored"], 2);
    }
    // Wherever an archive is cut off, it is told.
    for end in (4..whole.len() - 4).step_by(7) {
        fs::write(at.join("cut"), &whole[..end]).unwrap();
        let run = moved(at, &["import", "--mongodump", "cut", "--to", &format!("sqlite:cut{end}.db"), "--dry-run"]);
        assert_ne!(run.status, Some(0), "cut at {end}");
        let told = run.err.contains("error: ") || run.faults().iter().any(|fault| fault.contains("ends"));
        assert!(told, "cut at {end}: {:?} {}", run.faults(), run.err);
        assert!(!run.err.contains("several databases"), "cut at {end}: {}", run.err);
    }
    // Also where a part ends: what is announced and does not come is told, and what is there comes in.
    let parts: Vec<usize> = (0..whole.len()).filter(|at| whole[*at..].starts_with(&[0xff; 4])).collect();
    let [_, ends @ .., _] = &*parts else { panic!("no parts") };
    for end in ends {
        fs::write(at.join("cut"), &whole[..end + 4]).unwrap();
        let to = format!("sqlite:part{end}.db");
        let run = moved(at, &["import", "--mongodump", "cut", "--to", &to]);
        if run.status == Some(2) {
            assert!(run.err.contains("cut holds no classes"), "cut at {end}: {}", run.err);
            continue;
        }
        let told =
            run.faults().iter().filter(|fault| fault.ends_with("the archive ends before this collection does")).count();
        assert!(run.status == Some(1) && told > 0, "cut at {end}: {:?} {}", run.faults(), run.err);
    }
    let tight = packed(&whole);
    for end in [2, 10, tight.len() / 2, tight.len() - 1] {
        fs::write(at.join("cut"), &tight[..end]).unwrap();
        let run = moved(at, &["import", "--mongodump", "cut", "--to", "sqlite:tight.db", "--dry-run"]);
        assert_ne!(run.status, Some(0), "packed, and cut at {end}: {:?}", run.lines);
    }
    let mut classes = fs::read(at.join("folder/app/_SCHEMA.bson")).unwrap();
    classes.extend(b"\x20\0\0\0cut off");
    fs::write(at.join("folder/app/_SCHEMA.bson"), classes).unwrap();
    let run = moved(at, &["import", "--mongodump", "folder", "--to", "sqlite:classes.db", "--dry-run"]);
    let cut = "_SCHEMA 2: the file ends in the middle of it; what stands behind it cannot be read";
    assert!(run.faults().iter().any(|fault| fault == cut), "{:?}", run.faults());
    fs::write(at.join("folder/app/A.bson"), b"\x07\x00\x00\x00\x00garbage").unwrap();
    let run = moved(at, &["import", "--mongodump", "folder", "--to", "sqlite:3.db"]);
    assert!(run.faults().iter().any(|fault| fault.starts_with("A ")), "{:?}", run.faults());
    fs::create_dir(at.join("empty")).unwrap();
    for (from, why) in [
        ("empty", "error: empty holds no dump: there is no .bson file"),
        ("away", "error: reading away: No such file or directory (os error 2)"),
        ("folder/app/A.bson", "error: folder/app/A.bson is no archive of mongodump"),
    ] {
        let run = moved(at, &["import", "--mongodump", from, "--to", "sqlite:4.db"]);
        assert_eq!((run.status, run.err.lines().last()), (Some(2), Some(why)));
    }
}
