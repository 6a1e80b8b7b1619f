use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use super::*;
use crate::cloud::NoCode;
use crate::rest::tests::{call, map};
use crate::rest::{Engine, create};

/// A store that answers each receipt with what stands behind the colon of its text; its URL and what it was asked.
fn store() -> (String, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/verifyReceipt", listener.local_addr().unwrap());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let kept = asked.clone();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = BufReader::new(stream.unwrap());
            let (mut line, mut length) = (String::new(), 0);
            while stream.read_line(&mut line).unwrap() > 2 {
                let text = line.to_ascii_lowercase();
                length = text.strip_prefix("content-length: ").map_or(length, |n| n.trim().parse().unwrap());
                line.clear();
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body).unwrap();
            let question = wire::parse(&body, 9).unwrap();
            let receipt = question.as_object().unwrap().get("receipt-data").unwrap().as_str().unwrap().to_owned();
            let (head, body) = receipt.split_once(':').unwrap();
            let head = if head.is_empty() { "200 OK" } else { head };
            let answer =
                format!("HTTP/1.1 {head}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            stream.get_mut().write_all(answer.as_bytes()).unwrap();
            kept.lock().unwrap().push(receipt);
        }
    });
    (url, asked)
}

/// An app whose receipts are looked at by these.
async fn app(dir: &tempfile::TempDir, production: &str, sandbox: &str) -> Call {
    let mut call = call(dir, r#"{"allowClientClassCreation":true}"#, Arc::new(NoCode)).await;
    let engine: &mut Engine = Arc::get_mut(&mut call.engine).unwrap();
    engine.app_store = AppStore::at(production, sandbox).unwrap();
    let product = r#"{"productIdentifier":"a.b","title":"T","order":1,"download":{"__type":"File","name":"a.zip"}}"#;
    let product = map(
        &product.replace(r#","download""#, r#","icon":{"__type":"File","name":"i.png"},"subtitle":"S","download""#)
    );
    create::create(&call, "_Product", Value::Object(product)).await.unwrap();
    call
}

async fn said(call: &Call, receipt: &str, product: &str) -> String {
    let body = Map::from([("receipt", Value::from(receipt)), ("productIdentifier", Value::from(product))]);
    match validate(call, &body).await {
        Ok(answer) => String::from_utf8(answer.body).unwrap(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_receipt_that_counts_is_worth_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _) = store();
    let call = app(&dir, &url, &url).await;
    let file = said(&call, r#":{"status":0}"#, "a.b").await;
    assert!(file.starts_with(r#"{"__type":"File","name":"a.zip","url":"#), "{file}");
    assert!(said(&call, r#":{"status":0}"#, "a.c").await.contains("Object not found."));
    let body = map(r#"{"receipt":{"__type":"Bytes","base64":":{\"status\":0}"},"productIdentifier":"a.b"}"#);
    assert_eq!(validate(&call, &body).await.unwrap().body, file.as_bytes());
    let any = map(r#"{"receipt":":{\"status\":0}","productIdentifier":{"$exists":true}}"#);
    assert!(validate(&call, &any).await.unwrap_err().to_string().contains("Object not found."));
}

#[tokio::test]
async fn what_the_store_says_against_a_receipt_is_the_answer() {
    let dir = tempfile::tempdir().unwrap();
    let (url, _) = store();
    let call = app(&dir, &url, &url).await;
    for (answer, status, error) in [
        (r#":{"status":21003}"#, "21003", "The receipt could not be authenticated."),
        (r#":{"status":1}"#, "1", "unknown error."),
        (":{}", "null", "unknown error."),
        (r#":{"status":"0"}"#, "null", "unknown error."),
        (":nothing", "null", "unknown error."),
        ("503 Busy:", "503", "unknown error."),
        ("302 Found:", "302", "unknown error."),
    ] {
        let wanted = format!(r#"{{"status":{status},"error":"{error}"}}"#);
        assert_eq!(said(&call, answer, "a.b").await, wanted, "{answer}");
    }
    let nobody = app(&tempfile::tempdir().unwrap(), "http://127.0.0.1:9/", "http://127.0.0.1:9/").await;
    assert_eq!(said(&nobody, "x", "a.b").await, r#"{"status":null,"error":"unknown error."}"#);
}

#[tokio::test]
async fn a_receipt_of_the_sandbox_is_looked_at_there() {
    let dir = tempfile::tempdir().unwrap();
    let ((production, asked), (sandbox, there)) = (store(), store());
    let call = app(&dir, &production, &sandbox).await;
    let receipt = r#":{"status":21007}"#;
    let answer = said(&call, receipt, "a.b").await;
    assert!(answer.starts_with(r#"{"status":21007,"error":"This receipt is from the test environment"#), "{answer}");
    assert_eq!(
        (asked.lock().unwrap().as_slice(), there.lock().unwrap().as_slice()),
        (&[receipt.to_owned()][..], &[receipt.to_owned()][..])
    );
}
