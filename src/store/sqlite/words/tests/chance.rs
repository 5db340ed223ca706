//! Texts as chance has them.

use super::{Pair, Row, usual};
use crate::store::Value;
use proptest::collection::vec;
use proptest::prelude::*;

fn value() -> impl Strategy<Value = Value> {
    let signs = prop_oneof![
        5 => proptest::char::range('a', 'e'),
        2 => Just(' '),
        1 => proptest::char::range('\u{0}', '\u{7f}'),
        1 => proptest::char::range('\u{c0}', '\u{36f}'),
        1 => proptest::char::any(),
    ];
    prop_oneof![
        8 => vec(signs, 0..60).prop_map(|signs| Value::Text(signs.iter().collect::<String>().into_bytes())),
        1 => vec(any::<u8>(), 0..20).prop_map(Value::Text),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => Just(Value::Null),
    ]
}

fn way() -> impl Strategy<Value = &'static str> {
    prop_oneof![
        Just(""),
        Just(", tokenize = 'unicode61 remove_diacritics 2'"),
        Just(", tokenize = \"unicode61 tokenchars '.é' separators 'bc'\""),
        Just(", tokenize = 'ascii'"),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_texts_under_any_numbers(
        rows in proptest::collection::btree_map(any::<i64>(), (value(), value()), 0..60),
        way in way(),
        most_in_memory in prop_oneof![Just(1), Just(70_000), Just(usize::MAX)],
    ) {
        let rows: Vec<Row> = rows.into_iter().map(|(number, (a, b))| (number, a, b)).collect();
        let pair = Pair::of(&rows).with_memory(most_in_memory).compared(&usual(way));
        for phrase in ["a", "a*", "\"a b\"", "a OR b: b", "NEAR(a e)"] {
            pair.ask(phrase);
        }
    }
}
