//! Whatever stands in a text, the words are the engine's.

use super::{Pair, Row, numbered, text, usual};
use crate::store::Value;

const TEXTS: [(&str, &str); 14] = [
    ("L'été à Saint-Étienne", "où l'œuvre naît, çà et là"),
    ("E\u{301}te\u{301} compose\u{301}", "\u{301}\u{308}seul e\u{301}\u{323}\u{302} fin\u{301}"),
    ("Ελληνικά ΣΊΣΥΦΟΣ ς", "Русский Ёж ЁЖ й"),
    ("日本語のテキスト 漢字", "한국어 텍스트 조합"),
    ("עברית שָׁלוֹם", "العربية مُحَمَّد"),
    ("😀 emoji👍🏽 a😀b", "İstanbul ıI ﬁnal ẞß ǅ"),
    ("+33 1 23-45.67", "jean.dupont+crm@exemple.example"),
    ("x_y a+b c#d $e", "2¼ ٣ Ⅷ ① 5µ m²"),
    ("", "   "),
    ("--- … « » ' \" ;", "\u{0}nul\u{0}\u{0}inside\u{0}"),
    ("Nguyễn Thị Ấm ộ ặ", "Łódź Þór Ðe ŉ ƀ"),
    ("aujourd\u{2019}hui l\u{2bc}a \u{ad}soft\u{ad}hyphen", "zero\u{200b}width\u{200d}join \u{feff}bom"),
    ("\u{e000}private\u{f8ff} \u{10fffd}", "\u{fffd}\u{fffe}\u{ffff} \u{1d400}\u{1d7ff}"),
    ("MiXeD cAsE ÀÉÎÕÜ", "mixed case aeiou"),
];

#[test]
fn letters_accents_and_signs_of_all_scripts() {
    let ways = [
        "",
        ", tokenize = 'unicode61'",
        ", tokenize = unicode61",
        ", tokenize = 'unicode61 remove_diacritics 0'",
        ", tokenize = 'unicode61 remove_diacritics 1'",
        ", tokenize = 'unicode61 remove_diacritics 2'",
        ", tokenize = \"unicode61 tokenchars '-_.@+' remove_diacritics 2\"",
        ", tokenize = \"unicode61 separators 'aeé漢' tokenchars '’😀'\"",
        ", tokenize = \"unicode61 categories 'L* N* Co Mn'\"",
        ", tokenize = \"unicode61 categories 'N* S*'\"",
        ", tokenize = \"Unicode61 categories 'Ll' separators 'x'\"",
        ", tokenize = 'ascii'",
        ", tokenize = \"ascii tokenchars '-@' separators 'e'\"",
        ", detail = full, columnsize = 1",
    ];
    for way in ways {
        Pair::of(&numbered(TEXTS)).compared(&usual(way));
    }
}

#[test]
fn every_sign_there_is() {
    let all: Vec<char> = ('\u{0}'..='\u{10ffff}').collect();
    // Alone, within a word, at its beginning and at its end.
    let around = |sign: &char| format!("{sign} a{sign}b {sign}c d{sign} ");
    let some = [0..0x3000, 0xa000..0xb000, 0xf000..0x12000].map(|range| all[range].chunks(50));
    let rows: Vec<Row> = (1..)
        .zip(some.into_iter().flatten())
        .map(|(number, signs)| (number, text(&signs.iter().map(around).collect::<String>()), Value::Null))
        .collect();
    for way in
        ["", ", tokenize = 'unicode61 remove_diacritics 2'", ", tokenize = \"unicode61 categories 'M* S*'\""]
    {
        Pair::of(&rows).compared(&usual(way));
    }
}

#[test]
fn bytes_that_are_no_text() {
    let odd: [&[u8]; 12] = [
        b"a\xffb",
        b"\x80\x81x \xbf",
        b"caf\xe9 caf\xc3",
        b"\xc3",
        b"a\xc3 \xa9",
        b"\xc3\xa9\xa9\xa9 z",
        b"\xe2\x82 \xe2\x82\xac\x82",
        b"\xf0\x9f\x98",
        b"\xed\xa0\x80\xed\xbf\xbf",
        b"\xc0\x80 \xc1\xa1b",
        b"\xf8\x88\x80\x80\x80 \xfc\x84\x80\x80\x80\x80",
        b"x\xf4\x90\x80\x80y \xfe\x80\x80\x80\x80\x80\x80\x80\x80\x80",
    ];
    let both = |bytes: &[u8]| (Value::Text(bytes.to_vec()), Value::Blob(bytes.to_vec()));
    let rows: Vec<Row> = (1..).zip(odd.map(both)).map(|(number, (a, b))| (number, a, b)).collect();
    for way in ["", ", tokenize = ascii", ", tokenize = \"unicode61 categories 'L* N* S* C*'\""] {
        Pair::of(&rows).compared(&usual(way));
    }
}

#[test]
fn what_is_no_text_at_all() {
    let values = [
        Value::Null,
        Value::Integer(0),
        Value::Integer(-42),
        Value::Integer(i64::MIN),
        Value::Real(1.5),
        Value::Real(-1e300),
        Value::Real(0.1 + 0.2),
        Value::Real(f64::INFINITY),
        Value::Blob(Vec::new()),
        Value::Blob(b"blob \x00 text".to_vec()),
        text(""),
    ];
    let pairs = values.iter().flat_map(|a| values.iter().map(move |b| (a.clone(), b.clone())));
    let rows: Vec<Row> = (1..).zip(pairs).map(|(number, (a, b))| (number, a, b)).collect();
    for pair in [Pair::of(&rows), Pair::of(&rows).read_by_engine()] {
        let pair = pair.compared(&usual(""));
        assert_eq!(pair.ask("42"), 21, "a number is found as a word");
    }
}

#[test]
fn columns_that_are_not_indexed() {
    let rows = numbered([("one two", "three"), ("three", "one"), ("", "four five")]);
    for arguments in ["a, b UNINDEXED", "a unindexed , b", "\"a\"  UNINDEXED, [b] unindexed"] {
        let pair = Pair::of(&rows).compared(&format!("{arguments}, content = 'text', content_rowid = 'id'"));
        for phrase in ["one", "three", "five"] {
            pair.ask(phrase);
        }
    }
}

#[test]
fn words_longer_than_any_page() {
    let (long, longer) = ("x".repeat(10_000), "é".repeat(40_000));
    let nearly = format!("{}y", "x".repeat(9_999));
    let rows = numbered([
        ("before", long.as_str()),
        (&nearly, "between x"),
        (&longer, &longer[..65_538]),
        ("xx", "zz"),
        (&long, &longer[..65_534]),
    ]);
    let pair = Pair::of(&rows).compared(&usual(""));
    assert_eq!(pair.ask("xxxxxxxxxxxxxxxxxx*"), 3);
    Pair::of(&rows).with_memory(1).compared(&usual(", tokenize = ascii"));
    Pair::with_pages(512, &rows).compared(&usual(""));
}
