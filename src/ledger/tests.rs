//! The ledger from its first line to a broken one.

use super::*;
use tempfile::{TempDir, tempdir};

fn state() -> (TempDir, State) {
    let home = tempdir().unwrap();
    let state = State::open(&home.path().join("state")).unwrap();
    (home, state)
}

fn ledger(state: &State) -> Ledger {
    Ledger::open(state, Duration::ZERO).unwrap()
}

fn intent(command: &str) -> Intent {
    Intent {
        command: command.to_owned(),
        by: Actor::system(),
        accounts: vec!["staff:4".to_owned()],
        relations: vec!["contact:7".to_owned()],
        counts: Counts::new(),
    }
}

fn text(state: &State) -> String {
    String::from_utf8(state.read(FILE).unwrap().unwrap()).unwrap()
}

/// A ledger of three acts: done, failed, denied.
fn three_acts() -> (TempDir, State) {
    let (home, state) = state();
    let mut ledger = ledger(&state);
    ledger
        .perform(&intent("reset"), |tally| {
            tally.counts.insert("sessions".into(), 3);
            Ok(())
        })
        .unwrap();
    let failed: Result<()> = ledger.perform(&intent("user disable"), |_| Err(Fault::busy("x").into()));
    assert_eq!(fault::kind_of(&failed.unwrap_err()), fault::Kind::Busy);
    ledger.denied("erase", &Actor::system()).unwrap();
    (home, state)
}

#[test]
fn every_act_is_told_with_its_ending() {
    let (_home, state) = three_acts();
    let reading = read(&state).unwrap();
    assert_eq!((reading.lines, reading.broken.clone()), (5, None));
    let told: Vec<_> =
        reading.acts.iter().map(|act| (act.command.as_str(), act.ending, act.status)).collect();
    assert_eq!(
        told,
        [
            ("reset", Ending::Done, Some(0)),
            ("user disable", Ending::Failed, Some(6)),
            ("erase", Ending::Denied, Some(10))
        ]
    );
    assert_eq!(reading.acts[0].counts["sessions"], 3);
    assert_eq!(reading.acts[0].accounts, ["staff:4"]);
}

#[test]
fn an_act_without_its_second_line_was_interrupted() {
    let (_home, state) = three_acts();
    let first = text(&state).lines().next().unwrap().to_owned() + "\n";
    state.replace(FILE, first.as_bytes()).unwrap();
    let reading = read(&state).unwrap();
    assert_eq!((reading.interrupted(), reading.broken.clone()), (1, None));
    ledger(&state).perform(&intent("reset"), |_| Ok(())).unwrap();
    assert_eq!(read(&state).unwrap().broken, None, "the chain goes on behind it");
}

#[test]
fn an_act_that_goes_on_stays_one_act() {
    let (_home, state) = state();
    let mut ledger = ledger(&state);
    let act = ledger
        .perform(&intent("erase contact"), |tally| {
            tally.owed = true;
            Ok(tally.act.clone())
        })
        .unwrap();
    let owed = read(&state).unwrap().acts.remove(0);
    assert_eq!((owed.ending, owed.status), (Ending::Done, Some(8)));
    let failed: Result<()> =
        ledger.go_on(&act, "erase contact", &Actor::system(), |_| Err(Fault::busy("x").into()));
    assert!(failed.is_err());
    let go_on = |tally: &mut Tally| {
        tally.certificates.push("abc".into());
        Ok(())
    };
    ledger.go_on(&act, "erase contact", &Actor::system(), go_on).unwrap();
    let reading = read(&state).unwrap();
    assert_eq!((reading.acts.len(), reading.lines, reading.broken.clone()), (1, 3, None));
    assert_eq!((reading.acts[0].ending, reading.acts[0].status), (Ending::Done, Some(0)));
    assert_eq!(reading.certified("abc").map(|act| act.id.as_str()), Some(act.as_str()));
    assert!(reading.certified("abd").is_none());
}

#[test]
fn while_a_command_is_at_work_its_act_is_under_way() {
    let (_home, state) = state();
    let mut ledger = ledger(&state);
    ledger
        .perform(&intent("reset"), |_| {
            assert_eq!(read(&state).unwrap().acts[0].ending, Ending::UnderWay);
            let second = Ledger::open(&state, Duration::ZERO).unwrap_err();
            assert_eq!(fault::kind_of(&second), fault::Kind::Busy);
            Ok(())
        })
        .unwrap();
}

#[test]
fn a_line_that_was_cut_off_is_mended_and_said() {
    let (_home, state) = three_acts();
    let whole = text(&state);
    let cut = &whole[..whole.len() - 40];
    state.replace(FILE, cut.as_bytes()).unwrap();
    assert_eq!(read(&state).unwrap().broken.map(|broken| broken.line), Some(5));
    ledger(&state).perform(&intent("reset"), |_| Ok(())).unwrap();
    let reading = read(&state).unwrap();
    assert_eq!((reading.broken, reading.lines), (None, 8));
    assert!(text(&state).starts_with(cut), "nothing that was written is taken away");
}

#[test]
fn any_changed_removed_or_exchanged_line_breaks_the_chain_where_it_is() {
    let (_home, state) = three_acts();
    let whole = text(&state);
    let lines: Vec<&str> = whole.lines().collect();
    let broken = |lines: &[&str]| {
        state.replace(FILE, (lines.join("\n") + "\n").as_bytes()).unwrap();
        read(&state).unwrap().broken.map(|broken| broken.line)
    };
    assert_eq!(broken(&lines), None);
    let changed = lines[1].replace("\"sessions\":3", "\"sessions\":2");
    assert_ne!(changed, lines[1]);
    assert_eq!(broken(&[lines[0], &changed, lines[2], lines[3], lines[4]]), Some(3));
    assert_eq!(broken(&[lines[0], lines[2], lines[3], lines[4]]), Some(2));
    assert_eq!(broken(&[lines[1], lines[2], lines[3], lines[4]]), Some(1));
    assert_eq!(broken(&[lines[0], lines[1], lines[3], lines[2], lines[4]]), Some(3));
    assert_eq!(broken(&[lines[0], lines[1], "", lines[2], lines[3], lines[4]]), Some(3));
}

#[test]
fn a_ledger_of_another_state_is_not_taken_for_this_one_s() {
    let (_home, state) = three_acts();
    let (_other_home, other) = self::state();
    other.replace(FILE, text(&state).as_bytes()).unwrap();
    assert_eq!(read(&other).unwrap().broken.map(|broken| broken.line), Some(1));
}

#[test]
fn a_ledger_that_cannot_be_written_lets_nothing_be_done() {
    let (_home, state) = state();
    std::os::unix::fs::symlink("/dev/full", state.path(FILE)).unwrap();
    assert!(Ledger::open(&state, Duration::ZERO).is_err(), "links are not followed");
}

#[test]
fn an_act_that_was_killed_is_taken_up_and_one_that_has_ended_is_not() {
    let (_home, state) = state();
    let mut ledger = self::ledger(&state);
    let name = ledger.name(None).unwrap();
    // A kill: the first line is there, and no other.
    ledger.add(Line::intent(name.as_str(), &intent("erase"))).unwrap();
    let again = ledger.name(Some(name.as_str().to_owned())).unwrap();
    assert_eq!(again.as_str(), name.as_str());
    ledger.perform_as(&again, &intent("erase"), |_| Ok(())).unwrap();
    let other = ledger.name(Some(name.as_str().to_owned())).unwrap();
    assert_ne!(other.as_str(), name.as_str());
    ledger.perform_as(&other, &intent("erase"), |_| Ok(())).unwrap();
    let reading = read(&state).unwrap();
    assert_eq!((reading.lines, reading.broken.clone(), reading.acts.len()), (4, None, 2));
    assert!(reading.acts.iter().all(|act| act.ending == Ending::Done));
}
