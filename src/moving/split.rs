//! The rows of an export file, `{"results": [row, row…]}` or a bare list, cut out of it one at a time. A row that is damaged does not
//! take the others with it: where one begins that cannot be part of it, it is over.

use std::io::{self, BufRead};

/// The longest row, bytes; what is longer fits no database.
const LONGEST: usize = 64 << 20;

/// What comes next in a file.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// A row, from its first byte to its last.
    Row(Vec<u8>),
    /// A row that cannot be cut out, and why.
    Damaged(&'static str),
}

/// The rows of a file.
pub struct Split<R> {
    input: R,
    at: u64,
    state: State,
    /// Does the list stand in an object?
    in_object: bool,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Before,
    Within,
    After,
}

impl<R: BufRead> Split<R> {
    /// From the beginning of a file.
    pub fn new(input: R) -> Self {
        Self { input, at: 0, state: State::Before, in_object: false }
    }

    /// Bytes read so far.
    pub fn at(&self) -> u64 {
        self.at
    }

    /// The next row; `None` at the end of the list.
    ///
    /// # Errors
    /// Those of reading.
    pub fn next(&mut self) -> io::Result<Option<Piece>> {
        if self.state == State::Before {
            self.state = State::Within;
            if !self.begin()? {
                self.state = State::After;
                return Ok(Some(Piece::Damaged("there is no list of rows: it must be {\"results\": […]}")));
            }
        }
        if self.state == State::After {
            return Ok(None);
        }
        loop {
            match self.peek()? {
                Some(b',' | b' ' | b'\n' | b'\r' | b'\t') => self.step(),
                Some(b']') => {
                    self.step();
                    let is_all = self.ends()?;
                    self.state = State::After;
                    return Ok((!is_all).then_some(Piece::Damaged("more stands behind its list, which is not taken")));
                }
                Some(_) => return self.value().map(Some),
                None => {
                    self.state = State::After;
                    return Ok(Some(Piece::Damaged("the file ends before its list does")));
                }
            }
        }
    }

    /// Goes to the first row; `false` if there is no list.
    fn begin(&mut self) -> io::Result<bool> {
        if self.input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            (0..3).for_each(|_| self.step());
        }
        match self.token()? {
            Some(b'[') => return Ok(true),
            Some(b'{') => self.in_object = true,
            _ => return Ok(false),
        }
        // Whatever stands before the rows.
        loop {
            match self.key()? {
                Some(key) if key == b"\"results\"" => return Ok(self.token()? == Some(b'[')),
                Some(_) => {}
                None => return Ok(false),
            }
            self.peek_token()?;
            self.value()?;
            if self.token()? != Some(b',') {
                return Ok(false);
            }
        }
    }

    /// Goes to the end of the file; `false` if more stands there than belongs to the list's own object.
    fn ends(&mut self) -> io::Result<bool> {
        while self.in_object {
            match self.token()? {
                Some(b'}') | None => break,
                Some(b',') if self.key()?.is_some() => {
                    self.peek_token()?;
                    self.value()?;
                }
                Some(_) => return Ok(false),
            }
        }
        Ok(self.peek_token()?.is_none())
    }

    /// A key of an object with its colon; `None` if there is none.
    fn key(&mut self) -> io::Result<Option<Vec<u8>>> {
        let Some(b'"') = self.peek_token()? else { return Ok(None) };
        let Piece::Row(key) = self.value()? else { return Ok(None) };
        Ok((self.token()? == Some(b':')).then_some(key))
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    fn step(&mut self) {
        self.input.consume(1);
        self.at += 1;
    }

    fn peek_token(&mut self) -> io::Result<Option<u8>> {
        while self.peek()?.is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.step();
        }
        self.peek()
    }

    fn token(&mut self) -> io::Result<Option<u8>> {
        let token = self.peek_token()?;
        self.step();
        Ok(token)
    }

    /// One value, which begins here.
    fn value(&mut self) -> io::Result<Piece> {
        let mut cut = Cut::default();
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                self.state = State::After;
                return Ok(Piece::Damaged("the file ends in the middle of it"));
            }
            let taken = buffer.iter().position(|byte| cut.ends_before(*byte)).unwrap_or(buffer.len());
            if cut.bytes.len() + taken <= LONGEST {
                cut.bytes.extend_from_slice(&buffer[..taken]);
            } else {
                (cut.is_long, cut.bytes) = (true, Vec::new());
            }
            let is_over = taken < buffer.len();
            self.input.consume(taken);
            self.at += taken as u64;
            if is_over {
                return Ok(cut.piece());
            }
        }
    }
}

/// A value that is being cut out.
#[derive(Default)]
struct Cut {
    bytes: Vec<u8>,
    /// What is open: `{`, `[`, or `"` for a text.
    open: Vec<u8>,
    escaped: bool,
    /// The last byte that is no blank, texts aside.
    last: u8,
    /// Is the line another than that of the last such byte?
    new_line: bool,
    is_done: bool,
    is_long: bool,
    why: Option<&'static str>,
}

impl Cut {
    /// Takes one more byte, unless the value is over before it.
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.is_done {
            return true;
        }
        if self.open.last() == Some(&b'"') {
            self.in_text(byte);
            return false;
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' if self.open.is_empty() && self.last != 0 => return true,
            b'\n' => self.new_line = true,
            b' ' | b'\t' | b'\r' => {}
            b',' | b']' | b'}' if self.open.is_empty() && self.last != 0 => return true,
            // In an object a key comes behind a comma. This is the next row, and the end of this one is missing.
            b'{' if self.last == b',' && (self.open.last() == Some(&b'{') || (self.why.is_some() && self.new_line)) => {
                self.why.get_or_insert("its end is missing");
                return true;
            }
            b'"' | b'{' | b'[' => self.open.push(byte),
            b'}' | b']' => self.close(byte),
            _ => {}
        }
        if !byte.is_ascii_whitespace() {
            (self.last, self.new_line) = (byte, false);
        }
        false
    }

    fn in_text(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => self.end(),
            b'\n' => {
                self.why.get_or_insert("a text in it has no end");
                // The comma behind it is part of it.
                (self.last, self.new_line) = (b',', true);
                self.end();
            }
            _ => {}
        }
    }

    fn close(&mut self, byte: u8) {
        let opened = if byte == b'}' { b'{' } else { b'[' };
        if self.open.last() != Some(&opened) {
            self.why.get_or_insert("its brackets do not match");
        }
        self.end();
    }

    fn end(&mut self) {
        self.open.pop();
        self.is_done = self.open.is_empty();
    }

    fn piece(self) -> Piece {
        match self.why {
            Some(why) => Piece::Damaged(why),
            None if self.is_long => Piece::Damaged("it is longer than 64 MB"),
            None => Piece::Row(self.bytes),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows as texts; what is damaged in brackets.
    fn rows(file: &str) -> String {
        // A buffer of three bytes, so that everything lies across a border.
        let mut split = Split::new(io::BufReader::with_capacity(3, file.as_bytes()));
        let mut all = Vec::new();
        while let Some(piece) = split.next().unwrap() {
            all.push(match piece {
                Piece::Row(row) => String::from_utf8(row).unwrap(),
                Piece::Damaged(why) => format!("<{why}>"),
            });
        }
        all.join(" ")
    }

    #[test]
    fn rows_are_cut_out() {
        for (file, expected) in [
            ("[]", ""),
            ("\u{feff} {\"results\" : [ ] }", ""),
            (r#"{"results":[{"a":1},{"b":"]},{\"\\"}]}"#, r#"{"a":1} {"b":"]},{\"\\"}"#),
            (
                "[\n\t{ \"a\": [ { \"x\": 1 }, { \"y\": 2 } ] }\n,\n{}\n]\n",
                "{ \"a\": [ { \"x\": 1 }, { \"y\": 2 } ] } {}",
            ),
            (r#"{"v":{"x":[1,"]"]},"n":5,"results":[{}],"more":1}"#, "{}"),
            (r#"[1,null,"x",{},[{},{}]]"#, r#"1 null "x" {} [{},{}]"#),
        ] {
            assert_eq!(rows(file), expected, "{file}");
        }
    }

    #[test]
    fn what_is_damaged_does_not_take_the_rest_with_it() {
        for (file, expected) in [
            ("", "<there is no list of rows: it must be {\"results\": […]}>"),
            (r#"{"rows":[{}]}"#, "<there is no list of rows: it must be {\"results\": […]}>"),
            (r#"[{"a":1},{"b"#, r#"{"a":1} <the file ends in the middle of it>"#),
            (r#"[{"a":1},"#, r#"{"a":1} <the file ends before its list does>"#),
            ("[{\"a\":1,\n{\"b\":2},{\"c\":3}]", r#"<its end is missing> {"b":2} {"c":3}"#),
            ("[{\"a\":{\"x\":1},\n{\"b\":2},{\"c\":3}]", r#"<its end is missing> {"b":2} {"c":3}"#),
            ("[{\"a\":\"x,\n{\"b\":2},\n{\"c\":\"3\"}]", r#"<a text in it has no end> {"b":2} {"c":"3"}"#),
            ("[{\"a\":\"x},\n{\"b\":2},\n{\"c\":\"3\"}]", r#"<a text in it has no end> {"b":2} {"c":"3"}"#),
            ("[{\"a\":\"x\n},\n{\"b\":2}]", r#"<a text in it has no end> {"b":2}"#),
            (r#"[{"a":[1}},{"b":2}]"#, r#"<its brackets do not match> {"b":2}"#),
            (r#"[{"a":1}x,{"b":2}]"#, r#"{"a":1} x {"b":2}"#),
            (r#"{"results":[{"a":1}]"#, r#"{"a":1}"#),
            (r#"[{"a":1}] [{"b":2}]"#, r#"{"a":1} <more stands behind its list, which is not taken>"#),
            (r#"{"results":[{}]}{"results":[{}]}"#, "{} <more stands behind its list, which is not taken>"),
            (r#"{"results":[{}],{}]}"#, "{} <more stands behind its list, which is not taken>"),
        ] {
            assert_eq!(rows(file), expected, "{file}");
        }
    }
}
