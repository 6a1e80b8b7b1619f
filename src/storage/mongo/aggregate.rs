//! Pipelines: the database runs them, without the columns that none may see.

use mongodb::bson::{Bson, Document, RawDocumentBuf, doc};

use super::question::{comment, hint, members, verbosity};
use super::read::within;
use super::{Mongo, decode, encode, error};
use crate::access::Aggregate;
use crate::error::{Error, Result};
use crate::model::names::INTERNAL_COLUMNS;
use crate::model::{Map, Value};
use crate::storage::pipeline::document::interior;
use crate::storage::{MOST_BYTES, too_large};

/// Stages that must stand first in their pipeline.
const FIRST: [&str; 6] = ["$geoNear", "$search", "$searchMeta", "$vectorSearch", "$collStats", "$indexStats"];
/// Classes with columns that no pipeline sees.
const SECRETIVE: [&str; 2] = ["_User", "_Session"];
/// Stages that write, which no aggregation of Parse may.
const WRITING: [&str; 2] = ["$out", "$merge"];

impl Mongo {
    /// The rows that a pipeline makes, or how it would be run.
    pub(super) async fn pipeline(&self, plan: &Aggregate) -> Result<Vec<Map>> {
        let left = self.left(plan.limits().deadline)?;
        let given = plan.pipeline().stages.iter().map(|stage| match encode::interior(stage) {
            Bson::Document(stage) => Ok(stage),
            _ => Err(Error::query("Each element of the 'pipeline' array must be an object")),
        });
        let name = self.name(&plan.schema().name);
        let stages = Guard { prefix: &self.config.prefix }.pipeline(given.collect::<Result<_>>()?, &name)?;
        if plan.pipeline().explain {
            let run = doc! { "aggregate": name, "pipeline": stages, "cursor": {} };
            let command = doc! { "explain": run, "verbosity": verbosity(plan.advice()) };
            let work = async { self.db.run_command(command).await.map_err(error::of_pipeline) };
            return Ok(vec![map(&raw(&within(left, work).await?)?)?]);
        }
        let mut options = mongodb::options::AggregateOptions::default();
        options.max_time = left;
        options.batch_size = Some(self.config.batch_size);
        let advice = plan.advice();
        (options.hint, options.comment) = (hint(advice), comment(advice));
        options.selection_criteria = members(advice);
        within(left, async {
            let collection = self.collection(&plan.schema().name);
            let mut cursor = collection.aggregate(stages).with_options(options).await.map_err(error::of_pipeline)?;
            let (mut rows, mut bytes) = (Vec::new(), 0);
            while cursor.advance().await.map_err(error::of_pipeline)? {
                bytes += cursor.current().as_bytes().len();
                if bytes > MOST_BYTES {
                    return Err(too_large());
                }
                rows.push(map(cursor.current())?);
            }
            Ok(rows)
        })
        .await
    }
}

fn raw(document: &Document) -> Result<RawDocumentBuf> {
    RawDocumentBuf::try_from(document).map_err(|e| Error::caused("an answer that cannot be read", e))
}

/// A document in plain types.
fn map(document: &mongodb::bson::RawDocument) -> Result<Map> {
    match interior(Value::Object(decode::map(document)?)) {
        Value::Object(map) => Ok(map),
        _ => Ok(Map::new()),
    }
}

/// The columns that no pipeline sees, below a path.
fn hidden(below: &str) -> Document {
    let secrets = INTERNAL_COLUMNS.iter().copied().chain(["_session_token"]).filter(|column| !Aggregate::sees(column));
    doc! { "$project": secrets.map(|column| (format!("{below}{column}"), Bson::Int32(0))).collect::<Document>() }
}

fn must_be_first(stage: &Document) -> bool {
    stage.iter().any(|(name, spec)| {
        FIRST.contains(&name.as_str())
            || (name == "$match" && spec.as_document().is_some_and(|d| d.contains_key("$text")))
    })
}

/// Sees to it that a pipeline writes nothing, and sees no secrets.
struct Guard<'a> {
    prefix: &'a str,
}

impl Guard<'_> {
    fn is_secretive(&self, collection: &str) -> bool {
        collection.strip_prefix(self.prefix).is_some_and(|class| SECRETIVE.contains(&class))
    }

    /// A pipeline over the rows of a collection.
    fn pipeline(&self, stages: Vec<Document>, collection: &str) -> Result<Vec<Document>> {
        let mut stages = stages.into_iter().peekable();
        let mut out = Vec::new();
        if let Some(first) = stages.next_if(must_be_first) {
            out.push(first);
        }
        if self.is_secretive(collection) {
            out.push(hidden(""));
        }
        for stage in stages {
            out.extend(self.stage(stage)?);
        }
        Ok(out)
    }

    /// A stage, and what must stand behind it.
    fn stage(&self, mut stage: Document) -> Result<Vec<Document>> {
        let mut after = None;
        for (name, spec) in stage.iter_mut() {
            match (name.as_str(), spec) {
                (name, _) if WRITING.contains(&name) => {
                    return Err(Error::query(format!("{name} is not allowed in an aggregation.")));
                }
                ("$lookup" | "$graphLookup", Bson::Document(spec)) => {
                    let from = spec.get_str("from").unwrap_or_default().to_owned();
                    let to = spec.get_str("as").ok().filter(|_| self.is_secretive(&from));
                    after = to.map(|to| hidden(&format!("{to}.")));
                    self.inner(spec, &from)?;
                }
                ("$unionWith", Bson::Document(spec)) => {
                    let from = spec.get_str("coll").unwrap_or_default().to_owned();
                    if !spec.contains_key("pipeline") {
                        spec.insert("pipeline", Bson::Array(Vec::new()));
                    }
                    self.inner(spec, &from)?;
                }
                ("$unionWith", spec) if spec.as_str().is_some_and(|from| self.is_secretive(from)) => {
                    let class = std::mem::replace(spec, Bson::Null);
                    *spec = Bson::Document(doc! { "coll": class, "pipeline": [hidden("")] });
                }
                ("$facet", Bson::Document(facets)) => {
                    let names: Vec<String> = facets.keys().cloned().collect();
                    // Their rows are those of the pipeline, guarded already.
                    names.iter().try_for_each(|name| self.list(facets, name, ""))?;
                }
                _ => {}
            }
        }
        Ok(std::iter::once(stage).chain(after).collect())
    }

    fn inner(&self, spec: &mut Document, collection: &str) -> Result<()> {
        self.list(spec, "pipeline", collection)
    }

    /// The pipeline at a key, if there is one.
    fn list(&self, spec: &mut Document, key: &str, collection: &str) -> Result<()> {
        let Some(Bson::Array(stages)) = spec.get_mut(key) else { return Ok(()) };
        let documents = std::mem::take(stages).into_iter().map(|stage| match stage {
            Bson::Document(stage) => Ok(stage),
            _ => Err(Error::query("Each element of the 'pipeline' array must be an object")),
        });
        let guarded = self.pipeline(documents.collect::<Result<_>>()?, collection)?;
        *stages = guarded.into_iter().map(Bson::Document).collect();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_stay_where_they_are() {
        let guard = Guard { prefix: "p_" };
        let shown = |stages: Vec<Document>, class: &str| format!("{:?}", guard.pipeline(stages, class).unwrap());
        let hides = |text: &str| text.contains("_hashed_password");
        assert!(hides(&shown(vec![], "p__User")) && !hides(&shown(vec![doc! { "$limit": 1 }], "p_T")));
        let search = doc! { "$match": { "$text": { "$search": "x" } } };
        assert_eq!(guard.pipeline(vec![search.clone()], "p__User").unwrap()[0], search);
        for stage in [
            doc! { "$lookup": { "from": "p__User", "as": "u" } },
            doc! { "$graphLookup": { "from": "p__User", "as": "u" } },
            doc! { "$unionWith": "p__User" },
            doc! { "$unionWith": { "coll": "p__User" } },
            doc! { "$facet": { "a": [{ "$lookup": { "from": "p__User", "as": "u" } }] } },
            doc! { "$lookup": { "from": "p_T", "as": "u", "pipeline": [{ "$unionWith": "p__User" }] } },
        ] {
            assert!(hides(&shown(vec![stage.clone()], "p_T")), "{stage}");
        }
        for stage in [doc! { "$out": "x" }, doc! { "$facet": { "a": [{ "$merge": "x" }] } }] {
            assert!(guard.pipeline(vec![stage], "p_T").is_err());
        }
    }
}
