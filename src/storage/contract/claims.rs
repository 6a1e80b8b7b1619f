//! Keys that are taken once.

use super::kit::Bed;
use crate::model::Date;

/// A key is taken until its time has come; of many who want it at once, one gets it.
pub async fn once(db: &Bed) {
    let claim = |key: &'static str, now, until| db.claim(key, Date(now), Date(until));
    assert!(claim("a", 0, 100).await.unwrap());
    assert!(!claim("a", 50, 200).await.unwrap());
    assert!(claim("b", 50, 200).await.unwrap());
    assert!(!claim("a", 99, 300).await.unwrap());
    assert!(claim("a", 100, 300).await.unwrap());
    assert!(!claim("a", 200, 400).await.unwrap());
    assert!(claim("", 0, 1000).await.unwrap());
    let won = futures_util::future::join_all((0..40).map(|_| claim("c", 0, 100))).await;
    assert_eq!(won.into_iter().filter(|won| *won.as_ref().unwrap()).count(), 1);
    let won = futures_util::future::join_all((0..40).map(|_| claim("c", 500, 900))).await;
    assert_eq!(won.into_iter().filter(|won| *won.as_ref().unwrap()).count(), 1);
}
