//! What an emptied value is: NULL where it may be, else what the map says, else the empty value of its class.

use super::key::{Key, Purpose};
use super::masker::Shape;
use crate::schema::{Content, MappedColumn};
use crate::store::{Column, Value, ValueRef};
use std::sync::atomic::{AtomicU32, Ordering};

/// How the values of one column are emptied.
#[derive(Debug, Clone)]
pub(super) struct Emptied {
    nullable: bool,
    instead: Option<String>,
    token: bool,
    json: bool,
}

impl Emptied {
    /// From what the database and the map say. `unique` is whether the column alone must be unique.
    pub(super) fn of(column: &Column, mapped: &MappedColumn, key: bool, unique: bool) -> Self {
        let fit = &mapped.rule.fit;
        let nullable = !column.not_null && !key;
        Emptied {
            nullable,
            instead: fit.blank_is.clone(),
            token: fit.random || (unique && !nullable),
            json: matches!(mapped.rule.content, Content::Json { .. }),
        }
    }

    /// The emptied value. A secret that must be there, or must be unique, becomes a token that nobody can foretell:
    /// it does not depend on the secret.
    pub(super) fn value(&self, original: ValueRef<'_>, shape: Shape, tokens: &Tokens) -> Value {
        if self.token || (shape.turn > 0 && !self.nullable) {
            return tokens.like(original, shape.most);
        }
        if self.nullable {
            return Value::Null;
        }
        if let Some(text) = &self.instead {
            return match (original, text.parse()) {
                (ValueRef::Integer(_), Ok(number)) => Value::Integer(number),
                _ => text.as_str().into(),
            };
        }
        match original {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(_) => Value::Integer(0),
            ValueRef::Real(_) => Value::Real(0.0),
            ValueRef::Text(text) if self.json => {
                if text.trim_ascii_start().starts_with(b"[") { "[]" } else { "{}" }.into()
            }
            ValueRef::Text(_) => "".into(),
            ValueRef::Blob(_) => Value::Blob(Vec::new()),
        }
    }
}

/// Random tokens, from a key of their own that is never kept.
pub(super) struct Tokens {
    key: Key,
    count: AtomicU32,
}

impl Tokens {
    pub(super) fn fresh() -> Self {
        Tokens { key: Key::fresh(), count: AtomicU32::new(0) }
    }

    /// A token of the same length and the same sorts of characters: hexadecimal stays hexadecimal.
    fn like(&self, original: ValueRef<'_>, most: usize) -> Value {
        const LONGEST: usize = 512;
        let count = self.count.fetch_add(1, Ordering::Relaxed);
        let mut draw = self.key.draw(Purpose::Token, count, b"");
        let mut signs = |signs: &[u8], length: usize| -> Vec<u8> {
            (0..length.clamp(1, LONGEST).min(most.max(1))).map(|_| signs[draw.below(signs.len())]).collect()
        };
        match original {
            ValueRef::Null => Value::Null,
            ValueRef::Integer(_) | ValueRef::Real(_) => Value::Integer((draw.next() >> 12) as i64),
            ValueRef::Text(text) => Value::Text(signs(alphabet(text), text.len())),
            ValueRef::Blob(bytes) => Value::Blob(signs(&BYTES, bytes.len())),
        }
    }
}

const BYTES: [u8; 256] = {
    let mut bytes = [0; 256];
    let mut at = 0;
    while at < 256 {
        bytes[at] = at as u8;
        at += 1;
    }
    bytes
};

fn alphabet(text: &[u8]) -> &'static [u8] {
    let all = |fits: fn(&u8) -> bool| text.iter().all(fits);
    if all(u8::is_ascii_digit) {
        b"0123456789"
    } else if all(|b| b.is_ascii_digit() || matches!(b, b'a'..=b'f')) {
        b"0123456789abcdef"
    } else if all(|b| b.is_ascii_digit() || matches!(b, b'A'..=b'F')) {
        b"0123456789ABCDEF"
    } else {
        b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_have_the_length_and_signs_of_what_they_replace() {
        let tokens = Tokens::fresh();
        for (secret, fits) in [
            (&b"3f9a1c00ff"[..], (|b| b.is_ascii_hexdigit() && !b.is_ascii_uppercase()) as fn(&u8) -> bool),
            (b"0123456789", u8::is_ascii_digit),
            (b"$argon2id$v=19", u8::is_ascii_alphanumeric),
        ] {
            let Value::Text(token) = tokens.like(ValueRef::Text(secret), 99) else { panic!("no text") };
            assert!(token.len() == secret.len() && token.iter().all(fits) && token != secret);
        }
    }

    #[test]
    fn two_tokens_for_one_secret_differ() {
        let tokens = Tokens::fresh();
        let secret = ValueRef::Text(b"3f9a1c00ff3f9a1c00ff");
        assert_ne!(tokens.like(secret, 99), tokens.like(secret, 99));
    }
}
