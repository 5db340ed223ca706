//! Which of several standings holds: an objection anywhere wins, and only a newer, explicit act takes it back.

use jiff::Timestamp;

/// How somebody stands towards marketing in one place.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Whether there is an objection.
    pub objects: bool,
    /// When it was made or, where there is none, when it was taken back.
    pub at: Option<Timestamp>,
    /// How it was made.
    pub channel: Option<String>,
    /// Who made it.
    pub made_by: Option<String>,
}

/// What holds of standings in several places. An objection without a moment is never taken back by another place, and
/// neither is any objection by a place that does not say when it took it back.
pub fn merged<'a>(places: impl Iterator<Item = &'a Standing> + Clone) -> Standing {
    // Of objections the one without a moment counts as the newest, since nothing can be said to be newer.
    let objections = places.clone().filter(|place| place.objects);
    let objection = objections.max_by_key(|place| (place.at.is_none(), place.at));
    let withdrawal = places.filter(|place| !place.objects && place.at.is_some()).max_by_key(|place| place.at);
    let standing = match (objection, withdrawal) {
        (Some(objection), Some(withdrawal)) if objection.at.is_some() && withdrawal.at > objection.at => {
            withdrawal
        }
        (Some(objection), _) => objection,
        (None, Some(withdrawal)) => withdrawal,
        (None, None) => return Standing::default(),
    };
    standing.clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Option<Timestamp> {
        Timestamp::from_second(second).ok()
    }

    fn objection(at: Option<Timestamp>) -> Standing {
        Standing { objects: true, at, ..Standing::default() }
    }

    fn none(at: Option<Timestamp>) -> Standing {
        Standing { at, ..Standing::default() }
    }

    #[test]
    fn an_objection_anywhere_wins_and_only_a_newer_explicit_act_takes_it_back() {
        for (places, objects) in [
            (vec![none(None), none(None)], false),
            (vec![objection(at(5)), none(None)], true),
            (vec![none(None), objection(None)], true),
            (vec![objection(at(5)), none(at(4))], true),
            (vec![objection(at(5)), none(at(5))], true),
            (vec![objection(at(5)), none(at(6))], false),
            (vec![objection(None), none(at(6))], true),
            (vec![objection(at(5)), none(at(6)), objection(at(7))], true),
            (vec![objection(at(5)), none(at(9)), objection(at(7))], false),
        ] {
            let found = merged(places.iter());
            assert_eq!(found.objects, objects, "{places:?}");
            let reversed: Vec<Standing> = places.iter().rev().cloned().collect();
            assert_eq!(merged(reversed.iter()).objects, objects, "the order of places decides nothing");
        }
    }

    #[test]
    fn what_was_merged_once_stays_as_it_is() {
        let places = [objection(at(5)), none(at(6)), none(None)];
        let first = merged(places.iter());
        let again = [first.clone(), first.clone(), places[1].clone()];
        assert_eq!(merged(again.iter()), first);
    }
}
