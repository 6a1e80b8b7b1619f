//! What `mongodump` wrote as a source: a folder with a `.bson` file a collection, or an archive; packed by gzip or not.

mod input;
mod walk;

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};

use self::walk::Walk;
use super::fit::lost_pointers;
use super::{Entries, Fault, From, Item, Pipe, Rows, Source, database::FLEETING, folder::SCHEMA, relation_of};
use crate::error::{Error, Result};
use crate::model::{ClassSchema, names};
use crate::storage::{Answer, Relation, dump};

/// Documents go on when they are so many bytes together.
const ENOUGH: usize = 2 << 20;
/// Databases that are MongoDB's own.
const OWN: [&str; 3] = ["admin", "config", "local"];

/// A dump to take from.
pub struct Dump {
    files: Files,
    prefix: String,
    classes: HashMap<String, ClassSchema>,
    /// In the order in which they stand.
    order: Vec<String>,
    batch: usize,
}

/// The files of a dump.
enum Files {
    Archive(PathBuf),
    /// Of one database.
    Collections(Vec<PathBuf>),
}

impl Dump {
    /// A folder or an archive; classes are read first, wherever they stand in it.
    ///
    /// # Errors
    /// 1 for what cannot be read, is no dump, or holds several databases.
    pub fn open(path: &Path, prefix: &str, batch: u32) -> Result<Self> {
        let files =
            if path.is_file() { Files::Archive(path.to_owned()) } else { Files::Collections(collections(path)?) };
        let (mut classes, mut databases) = (Vec::new(), BTreeSet::new());
        let mut walk = Walk::new(&files);
        while let Some((segment, document)) = walk.next()? {
            if !OWN.contains(&segment.database.as_str()) {
                databases.insert(segment.database.clone());
            }
            if segment.collection.strip_prefix(prefix) == Some(SCHEMA)
                && let Ok(document) = document
            {
                classes.extend(dump::class(&document)?);
            }
        }
        if databases.len() > 1 {
            let all = databases.into_iter().collect::<Vec<_>>().join(", ");
            return Err(Error::internal(format!("the dump holds several databases ({all}): dump one of them")));
        }
        if classes.is_empty() {
            let text = format!("{} holds no classes: there is no collection {prefix}{SCHEMA}", path.display());
            return Err(Error::internal(text));
        }
        Ok(Self {
            files,
            prefix: prefix.to_owned(),
            order: classes.iter().map(|class| class.name.clone()).collect(),
            classes: classes.into_iter().map(|class| (class.name.clone(), class)).collect(),
            batch: batch.max(1) as usize,
        })
    }
}

/// The files of a folder, or of the one folder in it.
fn collections(folder: &Path) -> Result<Vec<PathBuf>> {
    let failed = |e| Error::caused(format!("reading {}", folder.display()), e);
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if path.is_dir() && !OWN.contains(&name.as_str()) {
            folders.push(path);
        } else if name.ends_with(".bson") || name.ends_with(".bson.gz") {
            files.push(path);
        }
    }
    files.sort();
    match (files.is_empty(), folders.as_slice()) {
        (false, _) => Ok(files),
        (true, [one]) => collections(one),
        (true, []) => Err(Error::internal(format!("{} holds no dump: there is no .bson file", folder.display()))),
        (true, _) => {
            Err(Error::internal(format!("{} holds several databases: name one of its folders", folder.display())))
        }
    }
}

impl Source for Dump {
    fn total(&self) -> u64 {
        let of = |path: &PathBuf| std::fs::metadata(path).map_or(0, |meta| meta.len());
        match &self.files {
            Files::Archive(path) => of(path),
            Files::Collections(paths) => paths.iter().map(of).sum(),
        }
    }

    fn run<'a>(&'a self, pipe: &'a mut Pipe) -> Answer<'a, ()> {
        Box::pin(async move {
            for class in self.order.iter().filter_map(|name| self.classes.get(name)) {
                pipe.send(Item::Class(class.clone())).await?;
            }
            let mut reader = Reader { dump: self, kinds: HashMap::new(), told: HashSet::new() };
            let mut walk = Walk::new(&self.files);
            let (mut documents, mut bytes, mut current) = (Vec::new(), 0, String::new());
            while let Some((segment, document)) = walk.next()? {
                if OWN.contains(&segment.database.as_str()) {
                    continue;
                }
                if current != segment.collection || documents.len() >= self.batch || bytes >= ENOUGH {
                    pipe.at(walk.at());
                    reader.send(&current, std::mem::take(&mut documents), pipe).await?;
                    (current, bytes) = (segment.collection, 0);
                }
                bytes += document.as_ref().map_or(0, Vec::len);
                documents.push(document);
            }
            reader.send(&current, documents, pipe).await
        })
    }
}

/// What the documents of a collection are.
#[derive(Debug, Clone)]
enum Kind {
    Rows(ClassSchema),
    Entries(Relation),
    /// Nothing of Parse, and why.
    Other(Option<&'static str>),
}

/// A dump in the middle of its documents.
struct Reader<'d> {
    dump: &'d Dump,
    /// What each collection is, and how many of its documents have been read.
    kinds: HashMap<String, (Kind, u64)>,
    told: HashSet<String>,
}

impl Reader<'_> {
    fn kind(&self, collection: &str) -> Kind {
        let Some(name) = collection.strip_prefix(self.dump.prefix.as_str()) else {
            return Kind::Other(Some("its name does not begin with the prefix"));
        };
        match relation_of(name) {
            Some(relation) => Kind::Entries(relation),
            None if name == SCHEMA || name == FLEETING || name.starts_with("system.") => Kind::Other(None),
            None if name.starts_with("fs.") => Kind::Other(Some("it holds files, which are not taken")),
            None => match self.dump.classes.get(name) {
                Some(class) => Kind::Rows(class.clone()),
                None if names::is_valid_class(name) => Kind::Rows(ClassSchema::new(name)),
                None => Kind::Other(Some("it is no name of a class")),
            },
        }
    }

    async fn send(&mut self, collection: &str, documents: Vec<walk::Document>, pipe: &mut Pipe) -> Result<()> {
        if documents.is_empty() {
            return Ok(());
        }
        if !self.kinds.contains_key(collection) {
            let kind = self.kind(collection);
            if let Kind::Other(Some(why)) = kind {
                let what = format!("the collection is left out: {why}");
                pipe.send(Item::Fault(Fault { class: collection.to_owned(), what, ..Fault::default() })).await?;
            }
            self.kinds.insert(collection.to_owned(), (kind, 0));
        }
        let Some((kind, count)) = self.kinds.get_mut(collection) else { return Ok(()) };
        let first = *count + 1;
        *count += documents.len() as u64;
        let numbered = (first..).zip(documents);
        let file = Some(collection.into());
        match kind.clone() {
            Kind::Other(_) => {
                let from = From { class: collection.into(), file };
                for (number, document) in numbered {
                    if let Err(why) = document {
                        pipe.send(Item::Fault(from.fault(number, None, why))).await?;
                    }
                }
                Ok(())
            }
            Kind::Entries(relation) => {
                let from = From { class: super::join_name(&relation).into(), file };
                let entry = |bytes: Vec<u8>| dump::entry(&bytes).map_err(|error| error.to_string());
                let entries = numbered.map(|(number, document)| (number, document.and_then(entry))).collect();
                pipe.send(Item::Entries(Entries { relation, from, entries })).await
            }
            Kind::Rows(class) => {
                let from = From { class: class.name.as_str().into(), file };
                let mut rows = Vec::new();
                for (number, document) in numbered {
                    if let Ok(document) = &document {
                        self.tell_pointers(document, &class, pipe).await?;
                    }
                    let object = |bytes: Vec<u8>| dump::object(&bytes, &class).map_err(|error| error.to_string());
                    rows.push((number, document.and_then(object)));
                }
                pipe.send(Item::Rows(Rows { from, rows })).await
            }
        }
    }

    async fn tell_pointers(&mut self, document: &[u8], class: &ClassSchema, pipe: &mut Pipe) -> Result<()> {
        for column in dump::unknown_pointers(document, class) {
            if self.told.insert(format!("{}.{column}", class.name)) {
                pipe.send(Item::Fault(lost_pointers(&class.name, &column))).await?;
            }
        }
        Ok(())
    }
}
