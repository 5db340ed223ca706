//! Threads at the same work: in order, stopped by the first error, and nobody left waiting.

use super::*;
use crate::fault::{Kind, kind_of};

/// Doubles numbers on this thread and on helpers, and returns them as they came to the last step.
fn doubled(count: u32, helpers: usize, first: fn(&mut u32) -> Result<()>) -> (Vec<u32>, Result<()>) {
    let mut seen = Vec::new();
    let mut last = |number: &mut u32| {
        seen.push(*number);
        Ok(())
    };
    let ended = work_together(vec![first; helpers + 1], &mut last, |giving| {
        (0..count).try_for_each(|number| giving.give(number))
    });
    (seen, ended)
}

#[test]
fn jobs_come_to_the_last_step_in_the_order_of_giving() {
    let slow_for_some = |number: &mut u32| {
        if number.is_multiple_of(7) {
            thread::sleep(std::time::Duration::from_micros(200));
        }
        *number *= 2;
        Ok(())
    };
    for helpers in 0..4 {
        let (seen, ended) = doubled(500, helpers, slow_for_some);
        assert_eq!(seen, (0..500).map(|number| number * 2).collect::<Vec<_>>(), "{helpers} helpers");
        ended.unwrap();
    }
}

#[test]
fn the_first_error_in_their_order_ends_it_and_nothing_behind_it_is_done() {
    let failing = |number: &mut u32| match number {
        // Whoever is quick comes to the later one first.
        50 => {
            thread::sleep(std::time::Duration::from_millis(5));
            Err(Fault::refused("fifty").into())
        }
        52.. => Err(Fault::damaged("later").into()),
        _ => Ok(()),
    };
    for helpers in 0..4 {
        let (seen, ended) = doubled(500, helpers, failing);
        let error = ended.unwrap_err();
        assert_eq!((error.to_string().as_str(), kind_of(&error)), ("fifty", Kind::Refused), "{helpers}");
        assert_eq!(seen, (0..50).collect::<Vec<_>>());
    }
}

#[test]
fn an_error_of_the_last_step_ends_it() {
    let mut last = |number: &mut u32| if *number == 3 { Err(Fault::refused("three").into()) } else { Ok(()) };
    let belt = Belt::to(&mut last, FEW);
    let mut first = |_: &mut u32| Ok(());
    let given = (0..100).try_for_each(|number| belt.give(number, &mut first));
    assert!(given.is_err(), "whoever gives is told");
    belt.work(&mut first);
    assert_eq!(belt.end().unwrap_err().to_string(), "three");
}

#[test]
fn a_panic_of_one_leaves_nobody_waiting() {
    let mut last = |_: &mut u32| Ok(());
    let belt = Belt::to(&mut last, FEW);
    let panicked = thread::scope(|scope| {
        let helper = scope.spawn(|| belt.work(&mut |_| panic!("on purpose")));
        let given = (0..10_000).try_for_each(|number| {
            thread::sleep(std::time::Duration::from_micros(50));
            belt.give(number, &mut |_| Ok(()))
        });
        assert!(given.is_err());
        belt.work(&mut |_| Ok(()));
        helper.join().is_err()
    });
    assert!(panicked);
}

#[test]
fn a_helper_that_panics_is_an_error_and_a_reader_that_does_keeps_nobody() {
    let mut last = |_: &mut u32| Ok(());
    let reader = thread::current().id();
    let first = |_: &mut u32| {
        assert!(thread::current().id() == reader, "on purpose");
        Ok(())
    };
    let ended = work_together(vec![first; 2], &mut last, |giving| {
        (0..10_000).try_for_each(|number| {
            thread::sleep(std::time::Duration::from_micros(50));
            giving.give(number)
        })
    });
    assert_eq!(kind_of(&ended.unwrap_err()), Kind::Unfinished);
    let panicked = std::panic::catch_unwind(|| {
        let fine: fn(&mut u32) -> Result<()> = |_| Ok(());
        let read = |_: &mut Giving<'_, '_, u32>| panic!("on purpose");
        work_together(vec![fine; 3], &mut |_| Ok(()), read)
    });
    assert!(panicked.is_err());
}

#[test]
fn who_gives_waits_where_the_last_step_is_slow() {
    let mut last = |_: &mut Vec<u8>| {
        thread::sleep(std::time::Duration::from_micros(300));
        Ok(())
    };
    let belt = Belt::to(&mut last, FEW);
    let mut most = 0;
    thread::scope(|scope| {
        scope.spawn(|| belt.work(&mut |_| Ok(())));
        for _ in 0..300 {
            let empty = belt.lying().done.pop().unwrap_or_default();
            belt.give(empty, &mut |_| Ok(())).unwrap();
            most = most.max(belt.lying().jobs.len());
        }
        belt.is_all();
        belt.work(&mut |_| Ok(()));
    });
    assert!(most <= MANY, "{most} lay there");
    let reused = belt.lying().done.len();
    assert!(reused <= MANY + 2, "jobs are used again: {reused}");
}
