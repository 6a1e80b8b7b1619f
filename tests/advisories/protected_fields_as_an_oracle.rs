//! Protected fields guessed through what a query tells. Users' own secrets: `tests/accounts/secrets.rs`.

use super::*;

const REFUSED: &str = "119: Permission denied";

fn server() -> (Server, String) {
    let server = Server::start(json!({"allowClientClassCreation": true, "enforcePrivateUsers": false}));
    let fields = json!({
        "secret": {"type": "String"}, "object": {"type": "Object"}, "open": {"type": "String"},
        "who": {"type": "Pointer", "targetClass": "_User"}, "them": {"type": "Relation", "targetClass": "_User"},
        "place": {"type": "GeoPoint"},
    });
    let all = json!({"*": true});
    let permissions = json!({"find": all, "get": all, "count": all,
        "protectedFields": {"*": ["secret", "object", "who", "them", "place"]}});
    class(&server, "Sec", fields, permissions);
    let user = User::sign_up(&server, "victim");
    let id = stored(
        &server,
        "Sec",
        json!({
            "secret": "abc", "object": {"key": "abc"}, "open": "yes", "who": user.pointer(),
            "them": {"__op": "AddRelation", "objects": [user.pointer()]},
            "place": {"__type": "GeoPoint", "latitude": 1, "longitude": 2},
        }),
    );
    stored(&server, "Holder", json!({"sec": pointer("Sec", &id), "name": "abc"}));
    (server, id)
}

#[test]
fn no_clause_asks_about_a_protected_field() {
    let (server, id) = server();
    let client = User::sign_up(&server, "user").client(&server);
    assert_eq!(found(&client, "Sec", &json!({"open": "yes"})), Ok(1));
    let secret = json!({"secret": {"$regex": "^a"}});
    for clause in [
        secret.clone(),
        json!({"secret": {"$exists": true}}),
        json!({"object.key": "abc"}),
        json!({"secret.": "abc"}),
        json!({"$or": [secret, {"open": "no"}]}),
        json!({"$and": [{"$nor": [secret]}]}),
        json!({"open": "yes", "$or": [{"$and": [{"$or": [secret]}]}]}),
        json!({"place": {"$nearSphere": {"__type": "GeoPoint", "latitude": 1, "longitude": 2}}}),
        json!({"who": {"$inQuery": {"className": "_User", "where": {"username": "victim"}}}}),
    ] {
        assert_eq!(found(&client, "Sec", &clause), Err(REFUSED.into()), "{clause}");
        let counted = find(&client, "Sec", &format!("count=1&limit=0&where={clause}"));
        assert_eq!(said(&counted), REFUSED, "{clause}");
        let inside = json!({"sec": {"$inQuery": {"className": "Sec", "where": clause}}});
        assert_eq!(found(&client, "Holder", &inside), Err(REFUSED.into()), "{inside}");
        assert!(found(&server.client(Actor::Master), "Sec", &clause).is_ok(), "{clause}");
    }
    for shape in [json!({"secret": "abc"}), json!({"0": {"secret": "abc"}, "length": 1})] {
        assert!(found(&client, "Sec", &json!({"$or": shape})).is_err(), "{shape}");
    }
    let related = json!({"$relatedTo": {"object": pointer("Sec", &id), "key": "them"}});
    assert_eq!(found(&client, "_User", &related), Err(REFUSED.into()));
    for operator in ["$expr", "$where", "$jsonSchema", "$comment"] {
        let refused = format!("105: Invalid key name: {operator}");
        assert_eq!(found(&client, "Sec", &json!({operator: {"$eq": ["$secret", "abc"]}})), Err(refused));
    }
}

#[test]
fn no_order_key_or_include_shows_a_protected_field() {
    let (server, id) = server();
    let client = User::sign_up(&server, "user").client(&server);
    for order in ["secret", "-secret", "object.key", "open,secret", "secret.x"] {
        assert_eq!(said(&find(&client, "Sec", &format!("order={order}"))), REFUSED, "{order}");
    }
    for parameters in [
        "keys=secret",
        "keys=object.key,open",
        "keys=who.username",
        "include=who",
        "includeAll=true",
        "excludeKeys=open",
        "redirectClassNameForKey=who",
    ] {
        let told = find(&client, "Sec", parameters).text();
        assert!(told.contains(&id) && !told.contains("abc") && !told.contains("victim"), "{parameters}: {told}");
    }
    for parameters in ["include=sec", "include=sec.who", "include=sec&keys=sec.secret", "keys=sec.object.key"] {
        let results = find(&client, "Holder", parameters).json();
        let shown = results["results"][0]["sec"].to_string();
        assert!(shown.contains(&id) && !shown.contains("abc") && !shown.contains("victim"), "{parameters}: {shown}");
    }
    assert!(find(&server.client(Actor::Master), "Sec", "include=who").text().contains("victim"));
    for parameter in ["distinct=secret", "group=secret", "explain=true"] {
        assert!(said(&find(&client, "Sec", parameter)).starts_with("102"), "{parameter}");
    }
}

#[test]
fn a_value_selected_from_a_protected_field_is_none() {
    let (server, _) = server();
    let client = User::sign_up(&server, "user").client(&server);
    let select = |key: &str| {
        let clause = json!({"name": {"$select": {"query": {"className": "Sec", "where": {}}, "key": key}}});
        (found(&client, "Holder", &clause), found(&server.client(Actor::Master), "Holder", &clause))
    };
    assert_eq!(select("secret"), (Ok(0), Ok(1)));
    assert_eq!(select("object.key"), (Ok(0), Ok(1)));
}

#[test]
fn the_own_user_is_no_way_to_ask_about_others() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let sign_up = |name: &str| {
        let body = json!({"username": name, "password": "pw", "email": format!("{name}@e.com")});
        server.client(Actor::Client).post("/users", &body).json()
    };
    let (victim, own) = (sign_up("victim"), sign_up("user"));
    let client = server.client(Actor::Session(text(&own["sessionToken"])));
    let (own, victim) = (&own["objectId"], &victim["objectId"]);
    let guess = json!({"$regex": "^v"});
    assert_eq!(found(&client, "_User", &json!({"objectId": own, "email": {"$regex": "^u"}})), Ok(1));
    assert_eq!(found(&client, "_User", &json!({"objectId": own, "email": guess})), Ok(0));
    for clause in [
        json!({"email": guess}),
        json!({"objectId": victim, "email": guess}),
        json!({"objectId": {"$in": [own, victim]}, "email": guess}),
        json!({"$or": [{"objectId": own}, {"email": guess}]}),
        json!({"$nor": [{"objectId": own}], "email": guess}),
        json!({"objectId": own, "friend": {"$inQuery": {"className": "_User", "where": {"email": guess}}}}),
    ] {
        assert_eq!(found(&client, "_User", &clause), Err(REFUSED.into()), "{clause}");
    }
}

#[test]
fn a_relation_is_not_counted_past_the_lists_of_groups_and_users() {
    let server = Server::start(json!({"enforcePrivateUsers": false}));
    let (user, member) = (User::sign_up(&server, "user"), User::sign_up(&server, "member"));
    let master = server.client(Actor::Master);
    let joins = json!({"__op": "AddRelation", "objects": [member.pointer()]});
    assert_eq!(said(&master.post("/roles", &json!({"name": "Team", "ACL": {}, "users": joins}))), "201");
    let all = json!({"*": true});
    for (group, refused) in
        [("*", [&user, &member]), ("authenticated", [&user, &member]), ("role:Team", [&member, &member])]
    {
        let name = format!("Class{}", group.replace(['*', ':'], ""));
        let permissions = json!({"find": all, "get": all, "count": all, "protectedFields": {group: ["them"]}});
        class(&server, &name, json!({"them": {"type": "Relation", "targetClass": "_User"}}), permissions);
        let owner = pointer(&name, &stored(&server, &name, json!({"them": joins})));
        let clause = json!({"$relatedTo": {"object": owner, "key": "them"}});
        for caller in refused {
            for parameters in ["", "&count=1", "&count=1&limit=0"] {
                let answer = find(&caller.client(&server), "_User", &format!("where={clause}{parameters}"));
                assert_eq!(said(&answer), REFUSED, "{group}{parameters}");
            }
        }
        assert_eq!(find(&master, "_User", &format!("where={clause}&count=1&limit=0")).json()["count"], 1, "{group}");
    }
}
