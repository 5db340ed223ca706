//! The accounts room on a demo database: who may act, and what stops a plan.

use crm_admin::accounts::administrator::{Refusal, prove};
use crm_admin::accounts::policy::{Policy, Scope};
use crm_admin::accounts::{Accounts, Deed, Plan, Step, apply, hashed};
use crm_admin::fault::{Kind, kind_of};
use crm_admin::reference;
use crm_admin::schema::{AccountRoles, Map};
use crm_admin::secret::Secret;
use crm_admin::store::sqlite::{NewDatabase, Options, Sqlite};
use crm_admin::store::{Store, Value};
use jiff::{SignedDuration, Timestamp};

fn now() -> Timestamp {
    Timestamp::from_second(1_790_841_600).unwrap()
}

/// The usual rules, in force for everybody.
fn in_force() -> Policy {
    Policy { scope: Scope { everybody: true, ..Scope::default() }, ..Policy::default() }
}

fn secret(text: &str) -> Secret {
    Secret::new(text.to_owned())
}

/// A database with two administrators, `admin` and `second`, whose password is `Mesange-bleue-7`, not to be changed.
fn office() -> (tempfile::TempDir, Sqlite, AccountRoles) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("crm.db");
    std::fs::File::create(&path).unwrap();
    let map = Map::load("reference").unwrap();
    let mut new = NewDatabase::from_script(&path, reference::SCHEMA).unwrap();
    let mut transaction = new.transaction().unwrap();
    let admin = reference::Administrator { login: "admin".into(), hash: "!".into() };
    reference::seed(&mut *transaction, &admin, now()).unwrap();
    let roles = map.accounts_for(&transaction.catalog().unwrap()).unwrap();
    let population = roles.population(None).unwrap();
    let hash = hashed(population, &secret("Mesange-bleue-7"), &mut rand::rngs::SysRng).unwrap();
    let key = [("id", Value::from(1))];
    let set = [
        ("password_hash", Value::from(hash.as_str())),
        ("password_must_change", Value::from(0)),
        ("password_temporary_until", Value::Null),
    ];
    transaction.update("user", &set, &key).unwrap();
    let columns = ["id", "login", "administrator", "password_hash", "password_must_change", "created_at"];
    let row = ["2", "second", "1", hash.as_str(), "0", "2026-01-01T00:00:00Z"];
    let row: Vec<Value> =
        row.iter().map(|cell| cell.parse::<i64>().map_or_else(|_| Value::from(*cell), Value::from)).collect();
    let row: Vec<_> = row.iter().map(Value::borrow).collect();
    transaction.insert("user", &columns, &row).unwrap();
    transaction.commit().unwrap();
    drop(new);
    let store = Sqlite::open(&path, &Options::default()).unwrap();
    (folder, store, roles)
}

fn accounts(store: &mut Sqlite, roles: &AccountRoles) -> Accounts {
    Accounts::read(&mut *store.snapshot().unwrap(), roles, roles.population(None).unwrap()).unwrap()
}

fn set(store: &mut Sqlite, column: &str, value: Value) {
    let mut transaction = store.transaction().unwrap();
    transaction.update("user", &[(column, value)], &[("id", Value::from(1))]).unwrap();
    transaction.commit().unwrap();
}

fn refusal(store: &mut Sqlite, roles: &AccountRoles, password: &str, at: Timestamp) -> Option<Refusal> {
    let all = accounts(store, roles);
    prove(&all, "ADMIN", &secret(password), &in_force(), at).unwrap().err()
}

#[test]
fn an_administrator_may_act_with_the_right_password() {
    let (_folder, mut store, roles) = office();
    assert_eq!(refusal(&mut store, &roles, "Mesange-bleue-7", now()), None);
    assert_eq!(refusal(&mut store, &roles, "mesange-bleue-7", now()), Some(Refusal::Unknown));
    let all = accounts(&mut store, &roles);
    assert_eq!(
        prove(&all, "x", &secret("x"), &Policy::default(), now()).unwrap().err(),
        Some(Refusal::Unknown)
    );
}

#[test]
fn whoever_is_no_able_administrator_is_refused_for_that_reason() {
    let (_folder, mut store, roles) = office();
    let later = now() + SignedDuration::from_hours(24 * 91);
    assert_eq!(refusal(&mut store, &roles, "Mesange-bleue-7", later), Some(Refusal::Expired));
    let all = accounts(&mut store, &roles);
    let nowhere = prove(&all, "admin", &secret("Mesange-bleue-7"), &Policy::default(), later).unwrap();
    assert!(nowhere.is_ok(), "a policy that was not applied makes nobody too old");
    for (column, value, back, expected) in [
        ("password_must_change", 1, 0, Refusal::MustChange),
        ("active", 0, 1, Refusal::Disabled),
        ("administrator", 0, 1, Refusal::NoAdministrator),
    ] {
        set(&mut store, column, Value::from(value));
        assert_eq!(refusal(&mut store, &roles, "Mesange-bleue-7", now()), Some(expected));
        assert_eq!(
            refusal(&mut store, &roles, "wrong", now()),
            Some(Refusal::Unknown),
            "said to nobody else"
        );
        set(&mut store, column, Value::from(back));
    }
    set(&mut store, "password_temporary_until", Value::from("2026-01-01T00:00:00Z"));
    assert_eq!(refusal(&mut store, &roles, "Mesange-bleue-7", now()), Some(Refusal::Expired));
    assert_eq!(crm_admin::fault::exit_status(&Err(Refusal::Expired.fault().into())), 10);
}

#[test]
fn an_account_that_changed_since_the_plan_stops_it() {
    let (_folder, mut store, roles) = office();
    let all = accounts(&mut store, &roles);
    let plan = Plan { steps: vec![Step::new(&all.all[0], [Deed::ForceChange])], ..Plan::default() };
    set(&mut store, "password_never_expires", Value::from(1));
    let mut transaction = store.transaction().unwrap();
    let error = apply(&mut *transaction, &roles, &all.population, &plan, now()).unwrap_err();
    assert_eq!(kind_of(&error), Kind::Refused);
    assert!(error.to_string().contains("changed since"), "{error}");
}

#[test]
fn one_of_two_administrators_can_go_and_both_cannot() {
    let (_folder, mut store, roles) = office();
    let all = accounts(&mut store, &roles);
    let disable = |count: usize| Plan {
        steps: all.all.iter().take(count).map(|account| Step::new(account, [Deed::Disable])).collect(),
        ..Plan::default()
    };
    let mut transaction = store.transaction().unwrap();
    assert!(apply(&mut *transaction, &roles, &all.population, &disable(2), now()).is_err());
    drop(transaction);
    let mut transaction = store.transaction().unwrap();
    assert_eq!(apply(&mut *transaction, &roles, &all.population, &disable(1), now()).unwrap().accounts, 1);
}
