//! Promises the lists keep: sizes, distinctness, spelling, and agreement with each other.

use std::collections::{BTreeMap, HashSet};

use super::*;

/// Every plain list, with its name and the least number of entries promised.
fn lists() -> Vec<(&'static str, &'static [&'static str], usize)> {
    vec![
        ("feminine given names", given_names(Gender::Feminine), 500),
        ("masculine given names", given_names(Gender::Masculine), 500),
        ("family names", family_names(), 1_200),
        ("street kinds", street_kinds(), 12),
        ("street names", street_names(), 500),
        ("company stems", company_stems(), 600),
        ("company trades", company_trades(), 80),
        ("legal forms", legal_forms(), 8),
        ("company marks", company_marks(), 80),
        ("jobs", jobs(), 250),
        ("sentences", sentences(), 200),
        ("sentences for the demo", demo_sentences(), 200),
    ]
}

#[test]
fn every_list_is_as_long_as_promised() {
    for (list, entries, least) in lists() {
        assert!(entries.len() >= least, "{list}: {} entries", entries.len());
    }
    assert!(communes().len() >= 1_000);
    assert!((1..=14).map(|length| words_of_length(length).len()).sum::<usize>() >= 1_500);
}

#[test]
fn no_entry_comes_twice_even_without_its_accents() {
    for (list, entries, _) in lists() {
        let mut seen = HashSet::new();
        for entry in entries {
            assert!(seen.insert(look_up_key(entry)), "{list}: {entry} comes twice");
        }
    }
    let mut seen = HashSet::new();
    for commune in communes() {
        assert!(seen.insert((fold(commune.name), commune.postcode)), "{commune:?} comes twice");
    }
}

#[test]
fn no_entry_is_blank_or_has_stray_spaces() {
    let names_of_communes: Vec<_> = communes().iter().map(|commune| commune.name).collect();
    let mut all: Vec<(&str, &[&str])> =
        lists().into_iter().map(|(list, entries, _)| (list, entries)).collect();
    all.push(("communes", &names_of_communes));
    for (list, entries) in all {
        for entry in entries {
            assert!(!entry.is_empty(), "{list} has an empty entry");
            assert_eq!(*entry, entry.trim(), "{list}");
            assert!(!entry.contains("  ") && !entry.contains([';', '\t', '\r']), "{list}: {entry:?}");
        }
    }
}

#[test]
fn names_start_with_a_capital_after_each_hyphen_too() {
    for name in [Gender::Feminine, Gender::Masculine].into_iter().flat_map(given_names) {
        for part in name.split('-') {
            let (first, rest) = part.split_at(part.chars().next().map_or(0, char::len_utf8));
            assert!(first.chars().all(char::is_uppercase) && rest == rest.to_lowercase(), "{name}");
        }
    }
    for name in family_names() {
        assert!(name.chars().next().is_some_and(char::is_uppercase), "{name}");
    }
}

#[test]
fn folding_removes_case_and_accents_and_nothing_else() {
    assert_eq!(fold("ÉLOÏSE Lefèvre-d'Œuf"), "eloise lefevre-d'oeuf");
    assert_eq!(fold("E\u{301}loi\u{308}se"), "eloise");
    assert_eq!(fold("Ægir Straße Muñoz Łódź Ÿ"), "aegir strasse munoz lodz y");
    assert_eq!(fold("12 × 3 = 36 €, Ελλάδα 東京"), "12 × 3 = 36 €, ελλάδα 東京");
    assert_eq!(fold(""), "");
}

#[test]
fn gender_is_found_whatever_the_spelling() {
    for name in ["Marie", "MARIE-CLAIRE", "marie claire", "Éloïse", "eloise", " Hélène ", "Anne‑Sophie"]
    {
        assert_eq!(gender_of(name), Some(Gender::Feminine), "{name}");
    }
    for name in ["jean-pierre", "Jean Pierre", "FRANCOIS", "André", "Nicolas", "Loïc"] {
        assert_eq!(gender_of(name), Some(Gender::Masculine), "{name}");
    }
}

#[test]
fn gender_is_not_guessed() {
    for name in ["Camille", "Dominique", "CLAUDE", "Sacha"] {
        assert_eq!(gender_of(name), None, "{name}");
        assert!(is_given_name(name), "{name}");
    }
    for word in ["", "-", "Menuiserie", "Xyzzy"] {
        assert_eq!(gender_of(word), None, "{word}");
        assert!(!is_given_name(word), "{word}");
    }
}

#[test]
fn a_listed_given_name_has_the_gender_of_its_list() {
    for gender in [Gender::Feminine, Gender::Masculine] {
        for name in given_names(gender) {
            assert_eq!(gender_of(name), Some(gender), "{name}");
        }
    }
}

#[test]
fn family_names_are_recognised_whatever_the_spelling() {
    for name in ["LE GOFF", "le goff", "Le-Goff", "D'Angelo", "d’angelo", "lefevre", "Lefèvre", "André"] {
        assert!(is_family_name(name), "{name}");
    }
    for word in ["Le", "", "Bellerive", "commande"] {
        assert!(!is_family_name(word), "{word}");
    }
    assert!(family_names().contains(&"André") && !family_names().contains(&"Andre"));
}

#[test]
fn postcodes_are_five_digits_and_agree_with_their_department() {
    for commune in communes() {
        let Commune { postcode, department, .. } = *commune;
        assert!(postcode.len() == 5 && postcode.bytes().all(|byte| byte.is_ascii_digit()), "{commune:?}");
        let agrees = match department {
            "2A" => postcode.starts_with("200") || postcode.starts_with("201"),
            "2B" => postcode.starts_with("202") || postcode.starts_with("206"),
            other => postcode.starts_with(other),
        };
        assert!(agrees, "{commune:?}");
        assert!(!fold(commune.name).contains("cedex"), "{commune:?}");
    }
}

#[test]
fn every_department_has_several_communes() {
    let mut counts = BTreeMap::<&str, usize>::new();
    for commune in communes() {
        *counts.entry(commune.department).or_default() += 1;
    }
    let metropolitan = (1..=95).filter(|number| *number != 20).map(|number| format!("{number:02}"));
    let others = ["2A", "2B", "971", "972", "973", "974", "976"].map(String::from);
    for department in metropolitan.chain(others) {
        // Paris is one commune, whatever its arrondissements.
        let least = if department == "75" { 1 } else { 3 };
        assert!(counts.get(department.as_str()).is_some_and(|count| *count >= least), "{department}");
    }
}

#[test]
fn no_company_stem_is_a_persons_name_or_a_mark() {
    for stem in company_stems() {
        assert!(!is_family_name(stem) && !is_given_name(stem), "{stem}");
        assert!(!company_marks().contains(&fold(stem).as_str()), "{stem}");
    }
}

#[test]
fn marks_are_folded_know_the_legal_forms_and_spare_persons() {
    for mark in company_marks() {
        assert_eq!(*mark, fold(mark));
        assert!(!is_family_name(mark) && !is_given_name(mark), "{mark}");
    }
    for mark in
        ["sarl", "sas", "sci", "et fils", "& cie", "mairie", "banque", "groupe", "conseil", "batiment"]
    {
        assert!(company_marks().contains(&mark), "{mark}");
    }
}

#[test]
fn sentences_are_neutral_and_well_formed() {
    for sentence in sentences().iter().chain(demo_sentences()) {
        let length = sentence.chars().count();
        assert!((20..=140).contains(&length), "{sentence}");
        assert!(sentence.ends_with(['.', '?']) && !sentence.contains(|c: char| c.is_numeric()), "{sentence}");
        let mut words = sentence.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let first = words.next().expect("a sentence has words");
        assert!(first.starts_with(char::is_uppercase), "{sentence}");
        assert!(!is_given_name(first) && !is_family_name(first), "{sentence}");
        assert!(words.all(|word| !word.starts_with(char::is_uppercase)), "{sentence}");
    }
}

#[test]
fn sentences_do_not_all_start_alike() {
    let first_words: HashSet<_> =
        sentences().iter().filter_map(|sentence| sentence.split(' ').next()).collect();
    assert!(first_words.len() >= 100, "{}", first_words.len());
}

#[test]
fn words_have_the_length_asked_for_and_name_nobody() {
    for length in 1..=14 {
        assert!(!words_of_length(length).is_empty(), "{length}");
        for word in words_of_length(length) {
            assert_eq!(word.chars().count(), length, "{word}");
            assert!(word.chars().all(char::is_lowercase), "{word}");
            assert!(length < 2 || !is_given_name(word) && !is_family_name(word), "{word}");
        }
    }
    assert!((2..=12).all(|length| words_of_length(length).len() >= 30));
    for outside in [0, 15, usize::MAX] {
        assert!(words_of_length(outside).is_empty());
    }
}

#[test]
fn common_passwords_are_known_whatever_their_case_and_ending() {
    assert_eq!(common_passwords().len(), 1_000);
    assert_eq!(common_passwords().iter().collect::<HashSet<_>>().len(), 1_000, "no entry comes twice");
    assert!(common_passwords().iter().all(|entry| !entry.is_empty() && *entry == entry.trim()));
    for common in ["soleil", "SOLEIL", "Soleil2026!", "Azerty123!", "M\u{e9}lanie75", "12345678", "P@ssw0rd"]
    {
        assert!(is_common_password(common), "{common}");
    }
    for own in ["Tx7-marmotte-bleue", "12345679", "lu1", "", "9!"] {
        assert!(!is_common_password(own), "{own}");
    }
}

#[test]
fn words_with_a_beginning_are_those_of_all_words_that_have_it() {
    let texts = [
        "Bonjour Madame Durand,\r\n\r\n  - rappeler au 06 12 34 56 78 avant Vendredi 12 !\n\
         Monsieur LEFÈVRE a commandé 3 palettes. Voir avec Toulouse ?\n",
        "éÉcole ÉCOLE aB Ab x1Yz-Été, l'Étoile",
        "Vu Marie Lefèvre le 12, ABC12É-été 7e éÉ É7",
        "Ωmega x9Y 9xY É",
        "l'Étoile ①②③ 12€3",
        "ÀÉ 7É",
        "ǅ Ω ωΩ",
        "É",
        "",
    ];
    for text in texts {
        let all = |begins: fn(char) -> bool, belongs: fn(char) -> bool| -> Vec<&str> {
            let words = text.split(|letter: char| !belongs(letter));
            words.filter(|word| word.chars().next().is_some_and(begins)).collect()
        };
        let found = |begins: fn(char) -> bool, belongs: fn(char) -> bool| -> Vec<&str> {
            words_with(text, begins, belongs).collect()
        };
        let telling = |first: char| first.is_uppercase() || first.is_numeric();
        for (begins, belongs) in [
            (char::is_uppercase as fn(char) -> bool, char::is_alphabetic as fn(char) -> bool),
            (char::is_alphabetic, char::is_alphabetic),
            (telling, char::is_alphanumeric),
        ] {
            assert_eq!(found(begins, belongs), all(begins, belongs), "{text}");
        }
    }
}

#[test]
fn names_in_a_text_are_found_in_pairs() {
    let pairs =
        |text| capitalised_pairs(text).map(|(one, other)| format!("{one} {other}")).collect::<Vec<_>>();
    assert_eq!(
        pairs("Vu Marie-Anne Le Brun (Élodie, d'Arc) et M. Durand. Rappeler Paul\u{a0}N'Diaye !"),
        [
            "Vu Marie-Anne",
            "Marie-Anne Le",
            "Le Brun",
            "Brun Élodie",
            "Durand Rappeler",
            "Rappeler Paul",
            "Paul N'Diaye"
        ]
    );
    assert_eq!(pairs("M. X a vu Z, le Client et Y"), [""; 0]);
    assert_eq!(pairs(""), [""; 0]);
}
