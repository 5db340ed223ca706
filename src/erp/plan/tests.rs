//! What a synchronisation would do, of two sides made by hand.

use super::*;
use jiff::Timestamp;

fn party(code: &str) -> Party {
    Party {
        code: code.to_owned(),
        siret: None,
        prints: vec![1, 2],
        standing: Standing::default(),
        created_at: None,
        erased: false,
        acknowledged: false,
    }
}

fn seen(code: &str, key: i64) -> Seen {
    let (key, code) = (Value::Integer(key), code.to_owned());
    Seen { key, code, ours: true, prints: vec![1, 2], standing: Standing::default() }
}

fn company(key: i64, siret: &str, third_party: Option<i64>) -> Linked {
    Linked {
        kind: RelationKind::Company,
        key: Value::Integer(key),
        siret: Some(siret.to_owned()),
        third_party: third_party.map(Value::Integer),
        standing: Standing::default(),
    }
}

fn objecting(second: i64) -> Standing {
    Standing { objects: true, at: Timestamp::from_second(second).ok(), ..Standing::default() }
}

fn planned(parties: &[Party], seen: &[Seen], linked: &[Linked], held: &[(&str, Held)]) -> Plan {
    let words = ["name".to_owned(), "town".to_owned()];
    let held = held.iter().map(|(code, held)| ((*code).to_owned(), *held)).collect();
    plan(&words, parties, seen, linked, &held)
}

fn drift(plan: &Plan) -> Vec<(&str, Difference)> {
    plan.drift.iter().map(|drift| (drift.id.as_str(), drift.what)).collect()
}

#[test]
fn equal_sides_have_nothing_to_do() {
    let plan = planned(&[party("A")], &[seen("A", 1)], &[company(7, "1", Some(1))], &[]);
    assert!(plan.is_nothing() && plan.drift.is_empty(), "{plan:?}");
}

#[test]
fn an_erased_one_is_ordered_then_acknowledged_then_nothing() {
    let erased = Party { erased: true, ..party("A") };
    let order = planned(std::slice::from_ref(&erased), &[seen("A", 1)], &[], &[]);
    assert_eq!(order.orders, [("A".to_owned(), Value::Integer(1))]);
    assert!(order.steps.is_empty(), "nothing else is done about it");
    assert_eq!(planned(std::slice::from_ref(&erased), &[], &[], &[]).gone, ["A"]);
    let told = Party { acknowledged: true, ..erased };
    assert!(planned(&[told], &[], &[], &[]).is_nothing());
}

#[test]
fn a_new_one_is_linked_by_its_number_where_that_is_one_company_s() {
    let new = Party { siret: Some("1".to_owned()), standing: objecting(5), ..party("A") };
    let others = [company(8, "2", None), company(9, "1", Some(3))];
    let one = [vec![company(7, "1", None)], others.to_vec()].concat();
    let plan = planned(std::slice::from_ref(&new), &[], &one, &[]);
    let [step] = plan.steps.as_slice() else { panic!("{plan:?}") };
    assert_eq!((&step.key, step.link.as_slice()), (&None, &[(RelationKind::Company, Value::Integer(7))][..]));
    // The company that is linked from now on learns of the objection too.
    let place = Place::Linked(RelationKind::Company, Value::Integer(7));
    assert_eq!(step.changes, [(place, Standing::default())]);
    let two = [company(7, "1", None), company(8, "1", None)];
    let plan = planned(&[new], &[], &two, &[]);
    assert!(plan.steps[0].link.is_empty());
    assert_eq!(drift(&plan), [("A", Difference::Ambiguous)]);
}

#[test]
fn what_was_erased_here_is_told_and_not_taken_in() {
    let held = [("A", Held::Itself), ("B", Held::Person)];
    let plan = planned(&[party("A"), party("B"), party("C")], &[], &[], &held);
    assert_eq!(plan.steps.iter().map(|step| step.code.as_str()).collect::<Vec<_>>(), ["C"]);
    assert_eq!(drift(&plan), [("A", Difference::ErasedHere), ("B", Difference::ErasedPerson)]);
}

#[test]
fn what_differs_is_told_by_its_word() {
    let other = Party { prints: vec![1, 3], ..party("A") };
    let foreign = Seen { ours: false, ..seen("C", 3) };
    let plan = planned(&[other, party("C")], &[seen("A", 1), seen("B", 2), foreign], &[], &[]);
    assert!(plan.is_nothing());
    let told = [("A", Difference::Values), ("B", Difference::NotInErp), ("C", Difference::CodeTaken)];
    assert_eq!(drift(&plan), told);
    assert_eq!(plan.drift[0].fields, ["town"]);
}

#[test]
fn an_objection_in_any_place_is_carried_to_all_others() {
    for place in 0..3 {
        let standing = |mine| if mine == place { objecting(5) } else { Standing::default() };
        let erp = Party { standing: standing(0), ..party("A") };
        let crm = Seen { standing: standing(1), ..seen("A", 1) };
        let linked = Linked { standing: standing(2), ..company(7, "1", Some(1)) };
        let plan = planned(&[erp], &[crm], &[linked], &[]);
        assert_eq!(plan.steps[0].changes.len(), 2, "{plan:?}");
        assert!(plan.steps[0].standing.objects);
    }
}
