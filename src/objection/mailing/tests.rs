//! A mailing list taken through: every byte of what stays, and nothing of what goes.

use super::*;
use proptest::prelude::*;
use std::io::Cursor;

/// Reads a few bytes at a time, as a slow pipe does.
struct Trickle<'b>(&'b [u8], usize);

impl Read for Trickle<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let many = self.1.min(buffer.len()).min(self.0.len());
        buffer[..many].copy_from_slice(&self.0[..many]);
        self.0 = &self.0[many..];
        Ok(many)
    }
}

fn dialect() -> Dialect {
    let columns = vec![Named { name: "email".into(), medium: Medium::Email }];
    Dialect { delimiter: None, encoding: Encoding::default(), has_header: true, columns }
}

fn objects(address: &str) -> Option<Why> {
    address.starts_with("no").then_some(Why::Objects)
}

fn taken(input: impl AsRef<[u8]>, dialect: &Dialect) -> (Vec<u8>, Tally) {
    let mut output = Vec::new();
    let tally = filter(
        &mut Cursor::new(input.as_ref()),
        &mut output,
        dialect,
        Manner::default(),
        &mut |_, address| objects(address),
        &mut |_| {},
    );
    (output, tally.expect("it can be read"))
}

#[track_caller]
fn comes_out(input: &str, expected: &str) -> Tally {
    let (output, tally) = taken(input, &dialect());
    assert_eq!(String::from_utf8_lossy(&output), expected);
    tally
}

#[test]
fn who_objects_goes_and_the_rest_stays_byte_for_byte() {
    for delimiter in [",", ";", "\t", "|"] {
        for end in ["\n", "\r\n", "\r"] {
            let line = |cells: &[&str]| cells.join(delimiter) + end;
            let head = line(&["\"name\"", "Email", "note"]);
            let stays = [
                line(&["Durand", "yes@x.fr", ""]),
                line(&["\"Le \"\"Grand\"\"\"", "\"Yes@X.fr\"", "a"]),
                line(&["\"two\nlines\"", "yes@x.fr", "\"a,b;c\td|e\""]),
            ];
            let goes = line(&["\"No\nMore\"", "\"No <NO@x.fr>\"", "b"]);
            let input = format!("{head}{}{goes}{}{end}{}", stays[0], stays[1], stays[2]);
            let expected = format!("{head}{}{}{end}{}", stays[0], stays[1], stays[2]);
            let tally = comes_out(&input, &expected);
            assert_eq!((tally.read, tally.kept, tally.all_dropped()), (4, 3, 1), "{input:?}");
        }
    }
}

#[test]
fn a_mark_at_the_beginning_and_a_last_line_without_end_stay() {
    comes_out("\u{feff}email;n\nyes@x.fr;1\nno@x.fr;2", "\u{feff}email;n\nyes@x.fr;1\n");
    comes_out("\u{feff}\"email\";n\r\nno@x.fr;1\r\nyes@x.fr;2", "\u{feff}\"email\";n\r\nyes@x.fr;2");
    comes_out("\n\nemail\nno@x.fr\n\nyes@x.fr\n\n", "\n\nemail\n\nyes@x.fr\n\n");
    assert_eq!(comes_out("email\n", "email\n").read, 0);
}

#[test]
fn what_cannot_be_read_is_not_passed_on_and_told_by_its_number() {
    let tally = comes_out(
        "email,n\nyes@x.fr,1\nyes@x.fr\n\"two\nlines\",2\nnobody,3\nyes@x.fr,4,5\n,6\nyes@x.fr,7\n\"yes@x.fr,8\n",
        "email,n\nyes@x.fr,1\nyes@x.fr,7\n",
    );
    let lines: Vec<u64> = tally.unreadable.iter().map(|(line, _)| *line).collect();
    assert_eq!(lines, [3, 4, 6, 7, 10]);
    assert_eq!((tally.unreadable(), tally.dropped[&Why::NoAddress], tally.kept), (5, 1, 2));
    assert_eq!(tally.unreadable[0].1, "1 columns where the first line has 2");
    assert!(tally.unreadable.iter().all(|(_, why)| !why.contains("x.fr")), "no value is told");
}

#[test]
fn one_address_of_several_is_enough() {
    comes_out("email\n\"yes@x.fr, no@x.fr\"\nyes@x.fr;yes2@x.fr\n", "email\nyes@x.fr;yes2@x.fr\n");
    comes_out("email;email\nyes@x.fr;no@x.fr\nyes@x.fr;\n", "email;email\nyes@x.fr;\n");
}

#[test]
fn latin_1_is_read_and_comes_out_as_it_went_in() {
    let input = b"pr\xe9nom;\xe9mail\nRen\xe9;yes@x.fr\nZo\xe9;no\xe9@x.fr\n";
    let columns = vec![Named { name: "émail".into(), medium: Medium::Email }];
    let latin = Dialect { encoding: Encoding::named("latin1").unwrap(), columns, ..dialect() };
    let (output, tally) = taken(input, &latin);
    assert_eq!(output, b"pr\xe9nom;\xe9mail\nRen\xe9;yes@x.fr\n");
    assert_eq!(tally.all_dropped(), 1);
    // Read as UTF-8, an address with such a byte is none.
    let (output, tally) = taken(b"email;n\nno\xe9@x.fr;1\nyes@x.fr;\xe9\n", &dialect());
    assert_eq!((output.as_slice(), tally.unreadable()), (&b"email;n\nyes@x.fr;\xe9\n"[..], 1));
}

#[test]
fn columns_go_by_number_where_there_is_no_header() {
    let columns = vec![Named { name: "2".into(), medium: Medium::Email }];
    let plain = Dialect { has_header: false, columns, ..dialect() };
    let (output, tally) = taken("a;no@x.fr\nb;yes@x.fr\n", &plain);
    assert_eq!((output.as_slice(), tally.read), (&b"b;yes@x.fr\n"[..], 2));
}

#[test]
fn a_column_that_is_not_there_is_told_with_those_that_are() {
    let fail = |input: &[u8]| {
        let mut nobody = |_: Medium, _: &str| None;
        let mut input = Cursor::new(input);
        let mut output = Vec::new();
        let told = filter(&mut input, &mut output, &dialect(), Manner::default(), &mut nobody, &mut |_| {});
        assert!(output.is_empty());
        let fault = crate::fault::fault_of(&told.unwrap_err()).cloned().unwrap();
        format!("{}: {}", fault.what, fault.hint.unwrap())
    };
    assert_eq!(fail(b"name;mail\nx;y\n"), "the list has no column email: its first line names: name, mail");
    assert!(fail(b"").starts_with("the list has no column email"));
    assert!(fail(b"\xff\xfee\0m\0").contains("UTF-16"));
    assert!(Encoding::named("utf-16le").is_err() && Encoding::named("klingon").is_err());
}

#[test]
fn a_quote_that_is_never_closed_takes_no_memory_and_passes_nothing_on() {
    let swallowed = "yes@x.fr;nothing of this is passed on\n".repeat(300_000);
    let (output, tally) = taken(format!("email;n\nyes@x.fr;1\n\"{swallowed}"), &dialect());
    assert_eq!(output, b"email;n\nyes@x.fr;1\n");
    assert_eq!((tally.unreadable(), tally.unreadable[0].0), (1, 3));
}

/// A cell, as it is written and whether somebody is in it who objects.
fn cell() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("yes@x.fr".to_owned()),
        Just("no@x.fr".to_owned()),
        Just("\"NO@x.fr\"".to_owned()),
        Just("\"yes@x.fr\n\"".to_owned()),
    ]
}

fn other() -> impl Strategy<Value = String> {
    prop_oneof!["[a-zéü ]{0,9}", "\"[a-z;,\t\n\r|é]{0,9}\"", Just("\"a\"\"b\"".to_owned())]
}

proptest! {
    #[test]
    fn whatever_the_lines_what_stays_is_their_bytes(
        rows in prop::collection::vec((other(), cell(), other()), 0..30),
        delimiter in prop::sample::select(vec![",", ";", "\t", "|"]),
        end in prop::sample::select(vec!["\n", "\r\n"]),
        chunk in 1usize..200,
    ) {
        let head = format!("a{delimiter}email{delimiter}b{end}");
        let line = |(a, mail, b): &(String, String, String)| format!("{a}{delimiter}{mail}{delimiter}{b}{end}");
        let input = format!("{head}{}", rows.iter().map(line).collect::<String>());
        let kept = rows.iter().filter(|(_, mail, _)| !mail.to_lowercase().contains("no@"));
        let expected = format!("{head}{}", kept.map(line).collect::<String>());
        let mut output = Vec::new();
        let tally = filter(
            &mut Trickle(input.as_bytes(), chunk),
            &mut output,
            &dialect(),
            Manner::default(),
            &mut |_, address| objects(address),
            &mut |_| {},
        ).unwrap();
        prop_assert_eq!(String::from_utf8(output).unwrap(), expected);
        prop_assert_eq!(tally.read, rows.len() as u64);
    }

    #[test]
    fn no_bytes_bring_it_down_or_get_an_objector_through(bytes in prop::collection::vec(any::<u8>(), 0..400), chunk in 1usize..50) {
        let input = [&b"email;n\n"[..], &bytes, b"\n\"no@x.fr\";1\nno@x.fr;2\n"].concat();
        let mut output = Vec::new();
        let tally = filter(
            &mut Trickle(&input, chunk),
            &mut output,
            &dialect(),
            Manner::default(),
            &mut |_, address| objects(address),
            &mut |_| {},
        ).unwrap();
        prop_assert!(!output.windows(7).any(|window| window == b"no@x.fr"), "{:?}", output);
        prop_assert_eq!(tally.kept + tally.all_dropped(), tally.read);
    }
}
