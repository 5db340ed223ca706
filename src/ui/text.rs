//! Text that is safe to show: nothing that comes from a database may steer a terminal.

use std::borrow::Cow;

/// What stands where a character was that a terminal would obey.
const SHOWN_INSTEAD: char = '\u{fffd}';

/// Whether a terminal would obey this character rather than show it, or show the rest in another order.
fn steers(character: char) -> bool {
    character.is_control() || reorders(character)
}

/// Bidirectional marks and line separators: they make a line read as what it is not.
fn reorders(character: char) -> bool {
    matches!(character,
        '\u{061c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// One line of text, with every steering character replaced; line ends and tabs become blanks.
pub fn line(text: &str) -> Cow<'_, str> {
    replace(text, |character| match character {
        '\n' | '\r' | '\t' => ' ',
        _ => SHOWN_INSTEAD,
    })
}

/// Several lines of text, with every steering character but the line end replaced.
pub fn lines(text: &str) -> Cow<'_, str> {
    replace(text, |character| match character {
        '\n' => '\n',
        '\t' => ' ',
        _ => SHOWN_INSTEAD,
    })
}

fn replace(text: &str, instead: impl Fn(char) -> char) -> Cow<'_, str> {
    if !text.chars().any(steers) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|character| if steers(character) { instead(character) } else { character })
            .collect(),
    )
}

/// JSON text in which steering characters are escaped, also those that JSON itself would let through.
pub fn json(text: &str) -> Cow<'_, str> {
    let steers_here = |character: char| steers(character) && character != '\n';
    if !text.chars().any(steers_here) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if steers_here(character) {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                safe.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            safe.push(character);
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_steers_gets_through() {
        let hostile = "a\u{1b}]52;c;eA==\u{7}b\rc\u{9b}31m\u{7f}\u{202e}d\0\u{200b}\u{2066}\u{e0041}";
        for shown in [line(hostile), lines(hostile)] {
            assert!(!shown.chars().any(steers), "{shown:?}");
        }
        assert_eq!(line("Zoë\tO’Brien\n"), "Zoë O’Brien ");
    }

    #[test]
    fn ordinary_text_is_not_touched() {
        assert!(matches!(line("Éloïse Noël, 12 rue des Tilleuls — 東京"), Cow::Borrowed(_)));
    }

    #[test]
    fn json_stays_the_same_value() {
        let value = serde_json::json!({"a": "x\u{9b}y\u{202e}\u{e0041}\u{7f}"});
        let plain = serde_json::to_string_pretty(&value).expect("a value of strings");
        let safe = json(&plain);
        assert!(safe.is_ascii());
        assert_eq!(serde_json::from_str::<serde_json::Value>(&safe).expect("still JSON"), value);
    }
}
