use std::io::{Read, Write};
use std::net::TcpListener;
use std::thread;

use super::*;

/// A server that answers one question with these bytes, or not at all; its URL.
fn server(answer: Option<Vec<u8>>) -> String {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        let _ = stream.read(&mut [0; 4096]);
        match answer {
            Some(answer) => drop(stream.write_all(&answer)),
            None => drop(stream.read_to_end(&mut Vec::new())),
        }
    });
    url
}

async fn asked(answer: Option<Vec<u8>>, longest: Duration) -> Result<Map, String> {
    let http = Http::new("a server", longest).unwrap();
    let question = http.client.get(server(answer));
    http.ask(question).await.map_err(|error| error.to_string())
}

fn ok(body: &str) -> Option<Vec<u8>> {
    Some(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes())
}

#[tokio::test]
async fn an_object_is_an_answer_and_nothing_else_is() {
    let map = asked(ok(r#"{"active":true}"#), LONGEST).await.unwrap();
    assert_eq!(map.get("active"), Some(&Value::Bool(true)));
    for wrong in ["[]", "x", "", r#"{"a":1} {}"#] {
        assert!(asked(ok(wrong), LONGEST).await.unwrap_err().contains("no JSON object"), "{wrong}");
    }
    for head in ["302 Found\r\nlocation: http://127.0.0.1:9/", "500 Oops", "401 No"] {
        let answer = format!("HTTP/1.1 {head}\r\ncontent-length: 2\r\n\r\n{{}}").into_bytes();
        let status = &head[..3];
        assert!(asked(Some(answer), LONGEST).await.unwrap_err().contains(status), "{head}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_off() {
    let body = format!(r#"{{"a":"{}"}}"#, "x".repeat(LARGEST));
    assert!(asked(ok(&body), LONGEST).await.unwrap_err().contains("too large"));
}

#[tokio::test]
async fn a_server_that_does_not_answer_is_given_up() {
    let error = asked(None, Duration::from_millis(50)).await.unwrap_err();
    assert!(error.contains("did not answer in time"), "{error}");
}
