//! BSON element by element, as it lies. The driver's own iterator looks at every key and text to see whether it is UTF-8; here that
//! is left to whoever has put many of them together.

use mongodb::bson::spec::ElementType;

/// The elements of a document, or of a list. What is broken ends in [`Item::Other`].
#[derive(Debug, Clone)]
pub struct Elements<'a>(&'a [u8]);

/// The value of an element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Item<'a> {
    /// A document, whole.
    Document(&'a [u8]),
    /// A list, whole.
    Array(&'a [u8]),
    /// A text, as far as anybody has looked.
    Text(&'a [u8]),
    /// Plain binary data.
    Bytes(&'a [u8]),
    /// True or false.
    Bool(bool),
    /// An instant, in milliseconds since 1970.
    Date(i64),
    /// A number.
    Double(f64),
    /// A number.
    Int32(i32),
    /// A number.
    Int64(i64),
    /// Nothing.
    Null,
    /// What is rare, or broken; no element follows.
    Other,
}

impl<'a> Elements<'a> {
    /// Of a whole document.
    pub fn of(document: &'a [u8]) -> Self {
        match document {
            [_, _, _, _, inner @ .., 0] if length(document) == Some(document.len()) => Self(inner),
            _ => Self(&[0]),
        }
    }

    fn item(&mut self, kind: u8) -> Option<Item<'a>> {
        Some(match ElementType::from(kind)? {
            ElementType::EmbeddedDocument => Item::Document(self.take(length(self.0)?)?),
            ElementType::Array => Item::Array(self.take(length(self.0)?)?),
            ElementType::String => {
                let size = length(&self.array::<4>()?)?;
                let (end, text) = self.take(size)?.split_last()?;
                (*end == 0).then_some(Item::Text(text))?
            }
            ElementType::Binary => {
                let size = length(&self.array::<4>()?)?;
                let [0] = self.array()? else { return None };
                Item::Bytes(self.take(size)?)
            }
            ElementType::Boolean => match self.array()? {
                [0] => Item::Bool(false),
                [1] => Item::Bool(true),
                _ => return None,
            },
            ElementType::DateTime => Item::Date(i64::from_le_bytes(self.array()?)),
            ElementType::Double => Item::Double(f64::from_le_bytes(self.array()?)),
            ElementType::Int32 => Item::Int32(i32::from_le_bytes(self.array()?)),
            ElementType::Int64 => Item::Int64(i64::from_le_bytes(self.array()?)),
            ElementType::Null => Item::Null,
            _ => return None,
        })
    }

    fn take(&mut self, size: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(size)?;
        self.0 = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = (&'a [u8], Item<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first()?;
        let end = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        let (key, rest) = rest.split_at(end);
        self.0 = rest.get(1..).unwrap_or_default();
        let item = self.item(*kind).unwrap_or(Item::Other);
        if item == Item::Other {
            self.0 = &[];
        }
        Some((key, item))
    }
}

/// The length that stands in front.
fn length(bytes: &[u8]) -> Option<usize> {
    i32::from_le_bytes(*bytes.first_chunk()?).try_into().ok()
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Bson, DateTime, RawDocumentBuf, doc, oid::ObjectId};

    use super::*;

    fn seen(document: &[u8]) -> Vec<(&[u8], Item<'_>)> {
        Elements::of(document).collect()
    }

    #[test]
    fn what_lies_there_is_told() {
        let inner = doc! { "i": 1_i32 };
        let bytes = Bson::Binary(mongodb::bson::Binary { subtype: 0_u8.into(), bytes: vec![7] });
        let all = doc! { "": "é", "d": 1.5, "o": inner.clone(), "a": [true], "b": bytes, "t": DateTime::from_millis(-1), "n": Bson::Null, "l": 5_i64 };
        let raw = RawDocumentBuf::try_from(&all).unwrap();
        let inner = RawDocumentBuf::try_from(&inner).unwrap();
        let list = RawDocumentBuf::try_from(&doc! { "0": true }).unwrap();
        let expected: [(&[u8], Item<'_>); 8] = [
            (b"", Item::Text("é".as_bytes())),
            (b"d", Item::Double(1.5)),
            (b"o", Item::Document(inner.as_bytes())),
            (b"a", Item::Array(list.as_bytes())),
            (b"b", Item::Bytes(&[7])),
            (b"t", Item::Date(-1)),
            (b"n", Item::Null),
            (b"l", Item::Int64(5)),
        ];
        assert_eq!(seen(raw.as_bytes()), expected);
        assert_eq!(seen(inner.as_bytes()), [(&b"i"[..], Item::Int32(1))]);
    }

    #[test]
    fn what_is_rare_or_broken_ends_it() {
        let rare = RawDocumentBuf::try_from(&doc! { "a": 1, "b": ObjectId::from_bytes([1; 12]), "c": 2 }).unwrap();
        assert_eq!(seen(rare.as_bytes()), [(&b"a"[..], Item::Int32(1)), (&b"b"[..], Item::Other)]);
        let whole = RawDocumentBuf::try_from(&doc! { "k": "text", "o": { "x": 1.5 }, "a": [1, true] }).unwrap();
        for cut in 0..whole.as_bytes().len() {
            let mut bytes = whole.as_bytes()[..cut].to_vec();
            assert_eq!(seen(&bytes).last().map(|(_, item)| *item), Some(Item::Other), "{cut}");
            if cut > 4 {
                // The length is that of the piece, and an end is there: what lies within is broken all the same, or a piece.
                bytes.push(0);
                let length = i32::try_from(bytes.len()).unwrap();
                bytes[..4].copy_from_slice(&length.to_le_bytes());
                seen(&bytes);
            }
        }
    }
}
