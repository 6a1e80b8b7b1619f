//! Sends the recorded requests in order and compares what comes back.

use super::compare::{Allowance, Pages, Verdict, compare};
use super::mask::{Names, Vars};
use super::record::reordered;
use super::vectors::{Expected, Recording, SECOND_SERVER_FROM, Vector};
use crate::support::{Actor, Answer, Client};
use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Longest wait for what happens after an answer: a job's end, a mail.
const PATIENCE: Duration = Duration::from_secs(5);
/// Most characters of an answer shown to a person.
const SHOWN: usize = 2000;

/// The two servers of the recording and the mail that they send.
pub struct Target {
    /// Answers the requests before the second server's.
    pub first: Client,
    /// Answers the rest.
    pub second: Client,
    /// A file to which the links of mails are appended, one a line; none: no mail can be read.
    pub mail: Option<PathBuf>,
    /// Requests whose answer waits for something that goes on after an earlier answer: asked until it is right.
    pub patient: &'static [u32],
    /// Whether keys may come in any order, because it is their order that is being recorded.
    pub any_key_order: bool,
    /// Called with the number of each request before it is sent.
    pub before: Box<dyn Fn(u32)>,
}

/// What became of one request.
#[derive(Debug)]
pub struct Outcome {
    /// Its number in the recording.
    pub number: u32,
    /// How its answer compares, or what it lacked to be sent.
    pub result: Result<Verdict, String>,
    /// What came back, if the request could be sent.
    pub answer: Option<Answer>,
    /// The wanted body with its keys as they came, where only their order differs.
    pub reordered: Option<String>,
    /// Request, wanted and received answer, for a person to read.
    pub story: String,
}

/// Replays all of a recording; `instead` holds answers wanted in place of the recorded ones.
pub fn replay(target: &Target, recording: &Recording, instead: &BTreeMap<u32, Expected>) -> Vec<Outcome> {
    let mut names = Names::default();
    for vector in &recording.vectors {
        names.learn(&vector.answer.body);
        names.learn(vector.mailed.as_deref().unwrap_or_default());
    }
    let mut run = Run { target, names, vars: Vars::new(), pages: Pages::new() };
    let wanted = |vector: &Vector| instead.get(&vector.number).unwrap_or(&vector.answer).clone();
    recording.vectors.iter().map(|vector| run.one(vector, &wanted(vector))).collect()
}

struct Run<'a> {
    target: &'a Target,
    names: Names,
    vars: Vars,
    pages: Pages,
}

impl Run<'_> {
    fn one(&mut self, vector: &Vector, expected: &Expected) -> Outcome {
        let allow = Allowance {
            wording: is_syntax_error(expected),
            any_key_order: self.target.any_key_order,
            result_order: !asks_for_an_order(&vector.path),
        };
        (self.target.before)(vector.number);
        let asked = self.story(vector);
        let mails = self.mails().len();
        let until = Instant::now() + PATIENCE;
        loop {
            let answer = match self.send(vector) {
                Ok(answer) => answer,
                Err(name) => {
                    let lacked = format!("${name} is not known");
                    let story = format!("{asked}\n  {lacked}");
                    return Outcome {
                        number: vector.number,
                        result: Err(lacked),
                        answer: None,
                        reordered: None,
                        story,
                    };
                }
            };
            let verdict = compare(&self.names, expected, &answer, allow, &mut self.vars, &mut self.pages);
            let wrong = matches!(verdict, Verdict::Differs(_));
            if wrong && self.target.patient.contains(&vector.number) && Instant::now() < until {
                sleep(Duration::from_millis(50));
                continue;
            }
            if let Some(link) = &vector.mailed {
                self.read_mail(link, mails);
            }
            let text: String = answer.text().chars().take(SHOWN).collect();
            let story = format!("{asked}\n  < {} {}\n  = {} {text}", expected.status, expected.body, answer.status);
            let reordered = (verdict == Verdict::AsSet)
                .then(|| reordered(&self.names, &expected.body, &answer.text(), &self.vars))
                .flatten();
            return Outcome { number: vector.number, result: Ok(verdict), answer: Some(answer), reordered, story };
        }
    }

    fn send(&self, vector: &Vector) -> Result<Answer, String> {
        let fill = |text: &str| self.names.fill(text, &self.vars);
        let actor = match &vector.actor {
            Actor::Session(token) => Actor::Session(fill(token)?),
            other => other.clone(),
        };
        let mut headers: Vec<(&str, &str)> =
            vector.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        if vector.form {
            headers.push(("Content-Type", "application/x-www-form-urlencoded"));
        }
        let body = vector.body.as_deref().map(fill).transpose()?;
        let server = if vector.number < SECOND_SERVER_FROM { &self.target.first } else { &self.target.second };
        let body = body.as_ref().map(String::as_bytes);
        Ok(server.with(actor).send(&vector.method, &fill(&vector.path)?, &headers, body))
    }

    /// Learns the name in `link` from the newest mail, once a new one is there.
    fn read_mail(&mut self, link: &str, known: usize) {
        let until = Instant::now() + PATIENCE;
        while self.target.mail.is_some() && Instant::now() < until {
            let mails = self.mails();
            let newest = mails.get(known..).and_then(|new| new.iter().rev().find(|mail| self.fits(link, mail)));
            if let Some(newest) = newest {
                self.names.matches(link, newest, &mut self.vars);
                return;
            }
            sleep(Duration::from_millis(50));
        }
    }

    fn fits(&self, link: &str, mail: &str) -> bool {
        self.names.matches(link, mail, &mut self.vars.clone())
    }

    fn mails(&self) -> Vec<String> {
        let text = self.target.mail.as_ref().and_then(|file| fs::read_to_string(file).ok()).unwrap_or_default();
        text.lines().map(str::to_owned).collect()
    }

    fn story(&self, vector: &Vector) -> String {
        let shown = |text: &str| self.names.fill(text, &self.vars).unwrap_or_else(|_| text.to_owned());
        let body = vector.body.as_deref().map(|body| format!("\n  > {}", shown(body))).unwrap_or_default();
        format!("{} {} {} [{:?}]{body}", vector.number, vector.method, shown(&vector.path), vector.actor)
    }
}

/// The text of an error of a JSON parser, which each language words in its own way.
fn is_syntax_error(expected: &Expected) -> bool {
    expected.status == 400 && expected.body.starts_with(r#"{"error":"#) && expected.body.contains("JSON")
}

/// Ids are random, so an order by them is no order that could be recorded.
fn asks_for_an_order(path: &str) -> bool {
    path.contains("order=") && !path.contains("order=objectId")
}
