//! Each rule with the smallest facts that break it, and with those that do not.

use super::*;
use crate::password::hash::hash;
use crate::secret::Secret;
use rand::rngs::SysRng;

fn at(text: &str) -> Timestamp {
    format!("{text}T12:00:00Z").parse().unwrap()
}

fn standard<'a>(policy: &'a Policy, hints: &'a Hints) -> Standard<'a> {
    Standard {
        policy: Some(policy),
        hints,
        shipped: &[],
        as_of: at("2026-11-23"),
        dormant_days: DORMANT_DAYS,
    }
}

/// An account with nothing to find.
fn sound() -> AccountFacts {
    AccountFacts {
        key: "1".into(),
        login: Some("mdurand".into()),
        email: Some("m.durand@exemple.example".into()),
        stored: Some(hash(&Secret::new("Tx7-marmotte".into()), &mut SysRng).unwrap()),
        active: Some(true),
        administrator: Some(false),
        created_at: Some(at("2024-01-01")),
        changed_at: Some(Some(at("2026-10-20"))),
        must_change: Some(false),
        last_login: Some(Some(at("2026-11-20"))),
        has_session: Some(true),
        never_expires: Some(false),
        ..AccountFacts::default()
    }
}

fn found(accounts: &[AccountFacts], templates: &[TemplateFacts]) -> Vec<&'static str> {
    let (policy, hints) = (Policy::default(), Hints::default());
    findings(accounts, templates, &standard(&policy, &hints))
        .iter()
        .map(|finding| finding.rule.id())
        .collect()
}

fn changed(change: impl FnOnce(&mut AccountFacts)) -> AccountFacts {
    let mut account = sound();
    change(&mut account);
    account
}

fn of(change: impl FnOnce(&mut AccountFacts)) -> Vec<&'static str> {
    found(&[changed(change)], &[])
}

#[test]
fn a_sound_account_and_one_of_which_nothing_is_known_give_no_finding() {
    assert_eq!(found(&[sound()], &[TemplateFacts::default()]), [""; 0]);
    assert_eq!(found(&[AccountFacts::default()], &[]), [""; 0]);
}

#[test]
fn storage_is_told_by_the_stored_string() {
    let stored = |text: &str| of(|account| account.stored = Some(text.into()));
    assert_eq!(stored(""), ["password.none"]);
    assert_eq!(stored("!"), ["password.locked"]);
    assert_eq!(stored("md5$ab$cc8a76146688e880983203ad27fbce14"), ["hash.legacy", "hash.tiny-salt"]);
    assert_eq!(stored("soleil"), ["hash.clear-text"]);
    assert_eq!(stored("dolcrypt:AES-256-CTR:0123:c2Vj"), ["hash.reversible"]);
    assert_eq!(stored("$argon2id$v=19$m=256"), ["hash.broken"]);
    assert_eq!(stored("$2b$31$T3bpF/prGPv.x33vy0qhPe4BOoUUuLCazSDg2/cf5h5Ioc5N7xwA6"), ["hash.absurd"]);
    assert_eq!(stored("$y$j9T$salt$sum"), ["hash.unknown"]);
    assert_eq!(stored("5f4dcc3b5aa765d61d8327deb882cf99"), ["hash.legacy", "hash.unsalted"]);
    let small = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
    assert_eq!(stored(small), ["hash.parameters", "hash.short-salt"]);
}

#[test]
fn age_counts_under_a_policy_only() {
    let old = changed(|account| account.changed_at = Some(Some(at("2026-01-01"))));
    assert_eq!(found(std::slice::from_ref(&old), &[]), ["password.too-old"]);
    let (policy, hints) = (Policy::default(), Hints::default());
    let without = Standard { policy: None, ..standard(&policy, &hints) };
    assert_eq!(findings(&[old], &[], &without), []);
    assert_eq!(of(|account| account.never_expires = Some(true)), ["password.never-expires"]);
    assert_eq!(of(|account| account.changed_at = Some(None)), ["password.never-changed"]);
    assert_eq!(
        of(|account| account.changed_at = Some(Some(at("2027-01-01")))),
        ["password.changed-in-future"]
    );
    let since_made = of(|account| account.changed_at = Some(account.created_at));
    assert_eq!(since_made, ["password.too-old", "password.never-changed"]);
}

#[test]
fn a_temporary_password_is_followed_until_it_is_replaced() {
    let temporary = |until: &str, forced: bool| {
        of(|account| {
            account.temporary_until = Some(at(until));
            account.must_change = Some(forced);
        })
    };
    assert_eq!(temporary("2026-11-25", true), ["temporary.running"]);
    assert_eq!(temporary("2026-11-20", true), ["temporary.over"]);
    assert_eq!(temporary("2026-11-25", false), ["temporary.unforced"]);
    assert_eq!(temporary("2026-11-20", false), ["temporary.over", "temporary.unforced"]);
    assert_eq!(of(|account| account.code_in_clear = Some(true)), ["code.in-clear"]);
}

#[test]
fn a_change_that_was_asked_for_is_waited_for_and_then_asked_about() {
    let (policy, hints) = (Policy::default(), Hints::default());
    let old = changed(|account| {
        account.changed_at = Some(Some(at("2026-08-01")));
        account.must_change = Some(true);
    });
    let found = findings(&[old], &[], &standard(&policy, &hints));
    assert_eq!(found.len(), 1);
    assert_eq!((found[0].severity, found[0].repair), (Severity::Information, Repair::Waiting));
    let forgotten = of(|account| {
        account.changed_at = Some(Some(at("2026-01-01")));
        account.must_change = Some(true);
    });
    assert_eq!(forgotten, ["change.pending", "password.too-old"]);
}

#[test]
fn a_disabled_account_is_no_finding_for_age_but_its_session_is() {
    let disabled = |administrator, session| {
        of(|account| {
            account.active = Some(false);
            account.administrator = Some(administrator);
            account.has_session = Some(session);
            account.changed_at = Some(Some(at("2020-01-01")));
            account.last_login = Some(None);
            account.stored = Some("5f4dcc3b5aa765d61d8327deb882cf99".into());
            account.never_expires = Some(true);
        })
    };
    assert_eq!(disabled(false, false), [""; 0]);
    assert_eq!(disabled(false, true), ["session.disabled"]);
    assert_eq!(disabled(true, true), ["session.disabled-administrator", "administrator.disabled"]);
    let clear = of(|account| {
        account.active = Some(false);
        account.has_session = None;
        account.stored = Some("soleil".into());
    });
    assert_eq!(clear, ["hash.clear-text"], "it may serve elsewhere");
}

#[test]
fn who_does_not_come_any_more_is_found() {
    assert_eq!(of(|account| account.last_login = Some(Some(at("2026-01-01")))), ["account.dormant"]);
    assert_eq!(of(|account| account.last_login = Some(None)), ["account.never-used"]);
    let administrator = of(|account| {
        account.last_login = Some(Some(at("2026-01-01")));
        account.administrator = Some(true);
        account.login = Some("Admin".into());
    });
    assert_eq!(administrator, ["administrator.dormant", "administrator.generic"]);
    assert_eq!(of(|account| account.email = Some(String::new())), ["account.no-email"]);
}

#[test]
fn copies_are_found_on_both_sides() {
    let twin = changed(|account| {
        account.key = "2".into();
        account.email = None;
    });
    let copy = changed(|account| {
        account.key = "3".into();
        account.stored = twin.stored.clone();
        account.email = None;
    });
    assert_eq!(found(&[sound(), twin.clone(), copy], &[]), ["hash.shared", "hash.shared"]);
    let disabled = changed(|account| {
        account.active = Some(false);
        account.stored = twin.stored.clone();
    });
    assert_eq!(found(&[twin, disabled], &[]), ["hash.shared", "session.disabled"]);
    let namesake = changed(|account| account.email = Some("M.Durand@Exemple.example ".into()));
    assert_eq!(found(&[sound(), namesake], &[]), ["account.same-email"; 2]);
}

#[test]
fn a_salt_that_comes_twice_with_another_hash_is_found() {
    let with = |key: &str, sum: &str| {
        changed(|account| {
            account.key = key.into();
            account.email = None;
            account.stored = Some(format!("$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQxMjM0NTY3OA${sum}"));
        })
    };
    let one = with("1", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    let other = with("2", "of65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    assert_eq!(found(&[one.clone(), other], &[]), ["hash.shared-salt"; 2]);
    let copy = with("2", "nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4");
    assert_eq!(found(&[one, copy], &[]), ["hash.shared"; 2]);
}

#[test]
fn templates_are_held_against_the_policy_and_against_their_users() {
    let lax = TemplateFacts {
        key: "t".into(),
        stored: sound().stored,
        minimum_length: Some(6),
        minimum_classes: Some(1),
        maximum_age_days: Some(0),
        must_change: Some(false),
        never_expires: Some(true),
    };
    let all = ["length", "classes", "age", "no-change", "never-expires", "password"]
        .map(|id| format!("template.{id}"));
    assert_eq!(found(&[], std::slice::from_ref(&lax)), all);
    let newcomer = changed(|account| account.stored = lax.stored.clone());
    assert!(found(&[newcomer], std::slice::from_ref(&lax)).contains(&"hash.template"));
    let strict = TemplateFacts {
        key: "t".into(),
        stored: Some(String::new()),
        minimum_length: Some(12),
        minimum_classes: Some(3),
        maximum_age_days: Some(90),
        must_change: Some(true),
        never_expires: Some(false),
    };
    assert_eq!(found(&[], &[strict]), [""; 0]);
    let child = changed(|account| account.template = Some("0".into()));
    let parent = changed(|account| {
        account.key = "0".into();
        account.email = None;
        account.stored = child.stored.clone();
    });
    assert_eq!(found(&[parent, child], &[]), ["hash.shared", "hash.shared", "hash.template"]);
}

#[test]
fn the_worst_comes_first_and_every_rule_has_its_own_id() {
    let (policy, hints) = (Policy::default(), Hints::default());
    let accounts = [
        changed(|account| account.email = Some(String::new())),
        changed(|account| account.stored = Some("soleil".into())),
        changed(|account| account.changed_at = Some(None)),
    ];
    let severities: Vec<Severity> =
        findings(&accounts, &[], &standard(&policy, &hints)).iter().map(|finding| finding.severity).collect();
    // The two low ones are the address that two of them share.
    use Severity::{High, Information, Low, Medium};
    assert_eq!(severities, [High, Medium, Low, Low, Information]);
    let ids: std::collections::BTreeSet<_> = Rule::ALL.iter().map(|rule| rule.id()).collect();
    assert_eq!(ids.len(), Rule::ALL.len());
    assert!(Rule::ALL.iter().all(|rule| !rule.words().is_empty() && !rule.words().ends_with('.')));
}

#[test]
fn generations_are_counted_and_findings_hold_no_stored_string() {
    let clear = changed(|account| account.stored = Some("Marmotte-bleue".into()));
    let counts = generations(&[sound(), sound(), clear.clone()], &Hints::default());
    assert_eq!(
        counts,
        [("argon2id (m=19456,t=2,p=1)".to_owned(), 2), ("clear text, it seems".to_owned(), 1)]
    );
    let (policy, hints) = (Policy::default(), Hints::default());
    let shown = format!("{:?}", findings(&[clear], &[], &standard(&policy, &hints)));
    assert!(shown.contains("ClearText") && !shown.contains("Marmotte"), "{shown}");
}

#[test]
fn what_only_some_maps_tell_is_a_finding_where_it_is_told() {
    assert_eq!(of(|account| account.second_factor = Some(true)), [""; 0]);
    assert_eq!(of(|account| account.second_factor = Some(false)), ["account.single-factor"]);
    let administrator = of(|account| {
        account.administrator = Some(true);
        account.second_factor = Some(false);
    });
    assert_eq!(administrator, ["administrator.single-factor"]);
    let program = of(|account| {
        account.service = Some(true);
        account.second_factor = Some(false);
    });
    assert_eq!(program, ["account.service-password"]);
    let (policy, hints) = (Policy::default(), Hints::default());
    let shipped = [sound().stored.unwrap()];
    let account = changed(|account| account.stored = Some(shipped[0].clone()));
    let found = findings(&[account], &[], &Standard { shipped: &shipped, ..standard(&policy, &hints) });
    assert_eq!(found.iter().map(|finding| finding.rule).collect::<Vec<_>>(), [Rule::ShippedHash]);
}
