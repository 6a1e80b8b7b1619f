//! Places.

use super::kit::{Bed, Class};

fn place(latitude: f64, longitude: f64) -> String {
    format!(r#"{{"__type":"GeoPoint","latitude":{latitude},"longitude":{longitude}}}"#)
}

async fn rows(db: &Bed) -> Class<'_> {
    let t = db.class("T", "g GeoPoint, n Number").await;
    let row = |lat: f64, lng: f64, n: u8| format!(r#"{{"g":{},"n":{n}}}"#, place(lat, lng));
    t.put([
        ("far", row(10.0, 20.0, 1).as_str()),
        ("here", &row(0.0, 0.0, 3)),
        ("near", &row(1.0, 1.0, 2)),
        ("none", r#"{"n":4}"#),
        ("null", r#"{"g":null}"#),
        ("west", &row(0.0, -5.0, 5)),
    ])
    .await;
    t
}

/// Nearest first; rows without a place are no answer; an order that was asked for counts more.
pub async fn near(db: &Bed) {
    let t = rows(db).await;
    let near = |max: &str| format!(r#"{{"g":{{"$nearSphere":{}{max}}}}}"#, place(0.1, 0.1));
    for (max, ids) in [
        ("", "here near west far"),
        (r#","$maxDistance":0.1"#, "here near west"),
        (r#","$maxDistanceInKilometers":200"#, "here near"),
        (r#","$maxDistanceInMiles":50"#, "here"),
        (r#","$maxDistance":0"#, ""),
    ] {
        assert_eq!(t.ids(&t.read(&near(max))).await, ids, "{max}");
    }
    let second = t.read(&near("")).window(1, Some(1));
    assert_eq!(t.ids(&second).await, "near");
    let by_number = t.read(&near("")).ordered(super::kit::keys("n"));
    assert_eq!(t.ids(&by_number).await, "far near here west");
    let both = format!(r#"{{"n":{{"$gt":1}},"g":{{"$nearSphere":{}}}}}"#, place(0.1, 0.1));
    assert_eq!(t.ids(&t.read(&both)).await, "here near west");
}

/// Within so many radians.
pub async fn circles(db: &Bed) {
    let t = rows(db).await;
    let within =
        |radians: f64| format!(r#"{{"g":{{"$geoWithin":{{"$centerSphere":[{},{radians}]}}}}}}"#, place(0.0, 0.0));
    t.finds(&[
        (&within(0.001), "here"),
        (&within(0.03), "here near"),
        (&within(0.1), "here near west"),
        (&within(3.2), "far here near west"),
    ])
    .await;
}

/// Within a box, its border included.
pub async fn boxes(db: &Bed) {
    let t = rows(db).await;
    let within = |a: String, b: String| format!(r#"{{"g":{{"$within":{{"$box":[{a},{b}]}}}}}}"#);
    t.finds(&[
        (&within(place(-1.0, -1.0), place(2.0, 2.0)), "here near"),
        (&within(place(0.0, 0.0), place(1.0, 1.0)), "here near"),
        (&within(place(5.0, 5.0), place(15.0, 25.0)), "far"),
        (&within(place(50.0, 50.0), place(60.0, 60.0)), ""),
    ])
    .await;
}

/// Within a polygon on the plane; bare pairs are longitude first.
pub async fn polygons(db: &Bed) {
    let t = rows(db).await;
    let triangle = [place(-1.0, -1.0), place(-1.0, 4.0), place(4.0, -1.0)].join(",");
    t.finds(&[
        (&format!(r#"{{"g":{{"$geoWithin":{{"$polygon":[{triangle}]}}}}}}"#), "here near"),
        (r#"{"g":{"$geoWithin":{"$polygon":[[15,5],[25,5],[25,15],[15,15]]}}}"#, "far"),
        (r#"{"g":{"$geoWithin":{"$polygon":[[5,15],[5,25],[15,25],[15,15]]}}}"#, ""),
        (r#"{"$nor":[{"g":{"$geoWithin":{"$polygon":[[15,5],[25,5],[25,15],[15,15]]}}}]}"#, "here near none null west"),
    ])
    .await;
}

/// Polygons that have a point.
pub async fn intersections(db: &Bed) {
    let t = db.class("T", "pg Polygon").await;
    let polygon = |text: &str| format!(r#"{{"pg":{{"__type":"Polygon","coordinates":{text}}}}}"#);
    t.put([
        ("big", polygon("[[0,0],[0,20],[20,20],[20,0]]").as_str()),
        ("small", &polygon("[[0,0],[0,2],[2,2],[2,0]]")),
        ("none", "{}"),
    ])
    .await;
    let has = |lat: f64, lng: f64| format!(r#"{{"pg":{{"$geoIntersects":{{"$point":{}}}}}}}"#, place(lat, lng));
    t.finds(&[
        (&has(1.0, 1.0), "big small"),
        (&has(10.0, 10.0), "big"),
        (&has(30.0, 1.0), ""),
        (&has(1.0, 10.0), "big"),
    ])
    .await;
}
