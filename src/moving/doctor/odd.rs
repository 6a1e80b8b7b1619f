//! Forms that have been given up, as MongoDB's back end finds them: what each means, and what brings it into today's form.

use super::findings::Findings;
use super::{Setting, kinds, mend};
use crate::model::{Field, FieldType, Map, Value};
use crate::storage::Odd;

/// All rows with permissions that are not in force get those that `_acl` says.
const ACL_OF_OLD: &str = r#"find({_acl: {$exists: true}, $or: [{_rperm: {$exists: false}}, {_wperm: {$exists: false}}]}).forEach(d => { const who = what => Object.keys(d._acl).filter(k => d._acl[k][what]); db.getCollection(NAME).updateOne({_id: d._id}, {$set: {_rperm: who("r"), _wperm: who("w")}}) })"#;
/// All rows whose ids are no texts get ids that are.
const IDS: &str = r#"find({_id: {$not: {$type: "string"}}}).forEach(d => { const old = d._id; d._id = old.toString(); db.getCollection(NAME).deleteOne({_id: old}); db.getCollection(NAME).insertOne(d) })"#;
/// All users get their accounts into columns of their own.
const ACCOUNTS: &str = r#"find({authData: {$exists: true}}).forEach(d => { const now = {}; for (const p in d.authData) if (d.authData[p] && !d["_auth_data_" + p]) now["_auth_data_" + p] = d.authData[p]; db.getCollection(NAME).updateOne({_id: d._id}, Object.keys(now).length ? {$set: now, $unset: {authData: ""}} : {$unset: {authData: ""}}) })"#;

/// Notes what is odd about a row.
pub fn of_row(class: &str, id: &str, odd: Odd, setting: &Setting, found: &mut Findings) {
    let all = |script: &str| setting.shell(class, &script.replace("NAME", &mend::text(&setting.collection(class))));
    let (id, nothing) = (Some(id), String::new);
    match odd {
        Odd::Id => found.note(&kinds::ID_NO_TEXT, (class, None), id, || (nothing(), all(IDS))),
        Odd::Acl => found.note(&kinds::ACL_NOT_IN_FORCE, (class, None), id, || (nothing(), all(ACL_OF_OLD))),
        Odd::AuthData => found.note(&kinds::OLD_AUTH_DATA, (class, None), id, || (nothing(), all(ACCOUNTS))),
        Odd::OldName { column, now } => found.note(&kinds::OLD_COLUMN, (class, Some(&column)), id, || {
            let [old, new] = [column.as_str(), now].map(mend::text);
            let call = format!("updateMany({{{old}: {{$exists: true}}}}, {{$rename: {{{old}: {new}}}}})");
            (format!("now {now}"), setting.shell(class, &call))
        }),
        Odd::LostPointer { column, target } => found.note(&kinds::LOST_POINTER, (class, Some(&column)), id, || {
            let wire = Field::new(FieldType::Pointer(target.clone())).to_wire();
            let fields = Map::from([("fields", Value::Object(Map::from([(column.as_str(), wire)])))]);
            (format!("to {target}"), mend::curl("PUT", &["schemas", class], Some(Value::Object(fields))))
        }),
        other => of_class(class, other, setting, found),
    }
}

/// Notes what is odd about a class or relation.
pub fn of_class(class: &str, odd: Odd, setting: &Setting, found: &mut Findings) {
    let schema = |change: String| {
        let call = format!("updateOne({{_id: {}}}, {change})", mend::text(class));
        setting.shell("_SCHEMA", &call)
    };
    match odd {
        Odd::OldPermissions => found.note(&kinds::OLD_PERMISSIONS, (class, None), None, || {
            (String::new(), schema(r#"{$unset: {_client_permissions: ""}}"#.to_owned()))
        }),
        Odd::TypeName { column, ty, now } => {
            let kind = if now.is_some() { &kinds::OLD_TYPE } else { &kinds::UNKNOWN_TYPE };
            found.note(kind, (class, Some(&column)), None, || {
                let change = format!("{{$set: {{{}: {}}}}}", mend::text(&column), mend::text(now.unwrap_or("object")));
                (ty, schema(change))
            });
        }
        Odd::StrayClass => found.note(&kinds::STRAY_CLASS, (class, None), None, || {
            // Nobody but the master key comes by rows that nobody has come by until now.
            let nobody = ["find", "get", "count", "create", "update", "delete", "addField"];
            let clp: Map = nobody.into_iter().map(|action| (action, Value::Object(Map::new()))).collect();
            let body = Map::from([("classLevelPermissions", Value::Object(clp))]);
            (String::new(), mend::curl("POST", &["schemas", class], Some(Value::Object(body))))
        }),
        Odd::StrayRelation => {
            found.note(&kinds::STRAY_RELATION, (class, None), None, || (String::new(), setting.shell(class, "drop()")))
        }
        Odd::BrokenEntries(count) => found.note_many(&kinds::BROKEN_ENTRY, (class, None), count, None, || {
            let no_text = r#"{$not: {$type: "string"}}"#;
            let call = format!("deleteMany({{$or: [{{owningId: {no_text}}}, {{relatedId: {no_text}}}]}})");
            (String::new(), setting.shell(class, &call))
        }),
        Odd::Id | Odd::Acl | Odd::AuthData | Odd::OldName { .. } | Odd::LostPointer { .. } => {}
    }
}
