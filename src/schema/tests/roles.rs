//! Accounts, relations and what stands on them, in a complete map.

use super::*;
use crate::schema::*;
use crate::store::Value;

fn crm() -> Catalog {
    catalog([
        table(
            "user",
            "id INTEGER, login TEXT, name TEXT, email TEXT, hash TEXT, off INTEGER, reset TEXT, until TEXT",
        ),
        table("membership", "user INTEGER, group INTEGER"),
        table("session", "user INTEGER"),
        table("device", "login TEXT"),
        table("party", "id INTEGER, name TEXT, third_party TEXT, is_company INTEGER"),
        table("identifier", "party INTEGER, also INTEGER, type TEXT"),
        table("mailing", "party INTEGER, active INTEGER, at TEXT"),
        table("cron", "active INTEGER, kind TEXT"),
    ])
}

const COLUMNS: &str = "[table.device]\nlogin = { as = \"login\", link = \"user.login\" }\n\
    [table.identifier]\nparty = { owner = \"party\" }\nalso = { link = \"party\" }\n[tables]\n\"*\" = \"keep\"\n";

fn with(roles: &str) -> CompleteMap {
    complete(&format!("{COLUMNS}{roles}"), &crm())
}

fn misfit(roles: &str) -> String {
    let check = check(&format!("{COLUMNS}{roles}"), &crm());
    check.misfits.into_iter().map(|misfit| misfit.what).collect::<Vec<_>>().join("\n")
}

const STAFF: &str = "[accounts.staff]\ntable = \"USER\"\nkey = \"id\"\nlogin = \"Login\"\nname = \"name\"\nemail = \"email\"\n\
    hash = { column = \"hash\", schemes = [\"argon2id\", \"bcrypt\"], prehash = \"md5-hex\", prefix = \"argon2$\" }\n\
    active = { column = \"off\", means = \"disabled\" }\n\
    administrator = { table = \"membership\", user = \"user\", group = \"group\", is = [1] }\n\
    must-change = { instead = \"temporary\" }\n\
    temporary = { column = \"reset\", stored = \"clear\", until = \"until\" }\n\
    end-sessions = [ { table = \"session\", by = \"user\" }, { table = \"device\", by = \"login\" } ]\n";

#[test]
fn accounts_are_described_in_the_database_s_spelling() {
    let complete = with(STAFF);
    let [staff] = complete.accounts() else { panic!("one population") };
    assert_eq!((staff.name.as_str(), staff.table.as_str(), staff.login.as_str()), ("staff", "user", "login"));
    let hash = staff.hash.as_ref().expect("there is one");
    assert_eq!(
        (hash.schemes.len(), hash.prehash, hash.prefix.as_deref()),
        (2, Some(Prehash::Md5Hex), Some("argon2$"))
    );
    assert_eq!(staff.active, Some(ActiveFlag { column: "off".into(), inverted: true }));
    assert_eq!(staff.must_change, Some(MustChange::Temporary));
    let temporary = TemporaryPassword { column: "reset".into(), clear: true, until: Some("until".into()) };
    assert_eq!(staff.temporary, Some(temporary));
    assert!(
        matches!(&staff.administrator, Some(Administrator::Group { is, .. }) if *is == [Value::Integer(1)])
    );
}

#[test]
fn a_session_names_its_account_by_key_or_by_a_login_linked_by_value() {
    let complete = with(STAFF);
    let holds: Vec<AccountName> =
        complete.accounts()[0].end_sessions.iter().map(|session| session.holds).collect();
    assert_eq!(holds, [AccountName::Key, AccountName::Login]);
}

#[test]
fn short_forms_of_accounts_name_a_column() {
    let complete = with(
        "[accounts.a]\ntable = \"user\"\nkey = \"id\"\nlogin = \"login\"\nactive = \"off\"\nadministrator = \"off\"\nmust-change = \"off\"",
    );
    let one = &complete.accounts()[0];
    assert_eq!(one.active, Some(ActiveFlag { column: "off".into(), inverted: false }));
    assert_eq!(one.administrator, Some(Administrator::Column("off".into())));
    assert_eq!(one.must_change, Some(MustChange::Column("off".into())));
}

const COMPANY: &str = "[relations.company]\ntable = \"party\"\nkey = \"id\"\nlabel = \"name\"\n";

#[test]
fn relations_have_their_filter_and_their_child() {
    let complete = with(&format!(
        "{COMPANY}where = {{ is_company = true }}\nerase = \"blank\"\n\
         has = {{ table = \"identifier\", where = {{ type = [\"fr_siren\", \"fr_siret\"] }} }}\n\
         [relations.contact]\ntable = \"party\"\nkey = \"id\"\nunless = \"company\""
    ));
    let company = complete.relation(RelationKind::Company).expect("there");
    assert_eq!(company.filter, [("is_company".to_owned(), vec![Value::Integer(1)])]);
    assert_eq!(company.erase, RootErase::Blank);
    let has = company.has.as_ref().expect("there");
    assert_eq!((has.by.as_str(), has.filter[0].1.len()), ("party", 2));
    let contact = complete.relation(RelationKind::Contact).expect("there");
    assert_eq!((contact.unless, contact.erase), (Some(RelationKind::Company), RootErase::Delete));
}

#[test]
fn what_stands_on_relations_is_described() {
    let complete = with(&format!(
        "{COMPANY}[objection.company]\ntable = \"mailing\"\nby = \"party\"\nflag = \"active\"\nmeans = \"may-be-mailed\"\n\
         [erp]\ncompany = {{ column = \"third_party\" }}\n\
         [retention.company]\nafter = \"3 years\"\nreason = \"CNIL\"\nsince = {{ table = \"mailing\", column = \"at\" }}\n\
         [table.mailing]\nparty = {{ owner = \"party\" }}\n\
         [references]\n\"party.party\" = \"party\""
    ));
    assert_eq!(complete.objection()[0].sign, ObjectionSign::MayBeMailed("active".into()));
    assert_eq!(complete.erp()[0].column, "third_party");
    let term = &complete.retention()[0].terms[0];
    assert_eq!((term.after.to_string().as_str(), term.holds), ("3 years", false));
    let hop = Hop { to: "mailing".into(), column: "party".into(), back: true };
    assert_eq!(term.since[0].path, [hop]);
    let named = |model: &str| complete.referenced(model).map(|mapped| mapped.table.name.as_str());
    assert_eq!(
        [named("party.party"), named("mailing"), named("no.such")],
        [Some("party"), Some("mailing"), None]
    );
}

#[test]
fn a_present_row_can_be_the_objection() {
    let complete =
        with(&format!("{COMPANY}[objection.company]\ntable = \"mailing\"\nby = \"party\"\npresent = true"));
    assert_eq!(complete.objection()[0].sign, ObjectionSign::Present);
}

#[test]
fn what_neutralises_a_table_is_with_the_table() {
    let complete = with(
        "[neutralise]\nCRON = { set = { Active = 0 }, only = { kind = [\"a\", \"b\"] } }\nmailing = { active = false }",
    );
    let of = |table: &str| complete.table(table).expect("mapped").neutralise.clone();
    let only = vec![("kind".to_owned(), vec![Value::from("a"), Value::from("b")])];
    assert_eq!(of("cron"), [Neutralise { set: vec![("active".to_owned(), Value::Integer(0))], only }]);
    assert_eq!(of("mailing")[0].set, [("active".to_owned(), Value::Integer(0))]);
    assert!(of("user").is_empty());
}

#[test]
fn roles_that_cannot_hold_are_misfits() {
    let has = |more: &str| format!("{COMPANY}has = {{ table = \"mailing\"{more} }}");
    assert_eq!(misfit(&has("")), "no column of mailing is an owner or link to party");
    assert_eq!(misfit(&has(", by = \"party\"")), "");
    assert_eq!(misfit("[erp]\nlead = { column = \"x\" }"), "there is no [relations.lead]");
    let unless = format!("{COMPANY}unless = \"contact\"\n");
    assert_eq!(misfit(&unless), "`unless` names contact, and there is no [relations.contact]");
    let both = format!("{unless}[relations.contact]\ntable = \"party\"\nkey = \"id\"\nunless = \"company\"");
    assert_eq!(misfit(&both).lines().next(), Some("kinds that are `unless` each other decide nothing"));
}

#[test]
fn a_row_marks_a_restored_copy() {
    let complete = with("[restored]\nMAILING = { At = \"{moment}\", active = 0 }");
    let [mark] = complete.restored() else { panic!("one mark") };
    let row =
        [("at".to_owned(), Value::from(RestoredMark::MOMENT)), ("active".to_owned(), Value::Integer(0))];
    assert_eq!((mark.table.as_str(), mark.row.as_slice()), ("mailing", &row[..]));
    assert!(with("").restored().is_empty());
    assert_eq!(wrong("[restored]\nmailing = {}"), "own.toml:5:11: the row has no values");
}

#[test]
fn templates_new_accounts_and_the_policy_s_place_are_described() {
    let catalog = catalog([
        table("user", "id INTEGER, login TEXT, first TEXT, eternal INTEGER, made TEXT"),
        table("model", "id INTEGER, label TEXT, least INTEGER"),
        table("taste", "who INTEGER"),
        table("setting", "name TEXT, value TEXT"),
        table("unmapped", "x TEXT"),
    ]);
    let text = "[tables]\nuser = \"keep\"\nmodel = \"keep\"\ntaste = \"keep\"\nsetting = \"keep\"\n\
        [accounts.staff]\ntable = \"user\"\nkey = \"id\"\nlogin = \"login\"\nnever-expires = \"Eternal\"\ncreated-at = \"made\"\n\
        templates = { table = \"MODEL\", key = \"id\", name = \"label\", minimum-length = \"Least\" }\n\
        create = { given-name = \"first\", set = { eternal = 0 }, also = [ { table = \"taste\", by = \"WHO\" } ] }\n\
        [policy]\ntable = \"setting\"\nname = \"name\"\nvalue = \"value\"\nprefix = \"password.\"";
    let roles = map(text).accounts_for(&catalog).expect("what is unmapped has no part in accounts");
    let staff = roles.population(None).expect("there is one");
    assert_eq!(
        (staff.never_expires.as_deref(), staff.created_at.as_deref()),
        (Some("eternal"), Some("made"))
    );
    let templates = staff.templates.as_ref().expect("there are some");
    assert_eq!((templates.table.as_str(), templates.minimum_length.as_deref()), ("model", Some("least")));
    let create = staff.create.as_ref().expect("the map says how");
    assert_eq!(create.also, [("taste".to_owned(), "who".to_owned())]);
    assert_eq!(create.set, [("eternal".to_owned(), Value::Integer(0))]);
    assert_eq!(roles.policy.expect("there is a place").prefix, "password.");
    assert!(roles.populations.iter().all(|one| one.name == "staff"));
    let stale = map(&text.replace("\"made\"", "\"mad\"")).accounts_for(&catalog).unwrap_err();
    assert!(told(&stale).contains("user has no column mad"), "{}", told(&stale));
}

#[test]
fn both_sides_of_the_link_to_an_erp_are_described() {
    let third = "[relations.third-party]\ntable = \"party\"\nkey = \"id\"\n";
    let complete = with(&format!(
        "{third}erase = \"blank\"\n[erp.third-parties]\ncode = \"Name\"\nerased-at = \"THIRD_PARTY\"\n\
         set = {{ is_company = true }}\nfields = {{ siret = \"Name\" }}\n\
         [erp.connections]\ntable = \"MAILING\"\nkey = \"party\"\nname = \"party\"\nplace = \"at\"\nsealed-key = \"At\"\n\
         [erp.companies]\ntable = \"cron\"\nkey = \"kind\"\nname = \"Kind\"\n"
    ));
    let parties = complete.erp_third_parties().expect("there");
    assert_eq!((parties.code.as_str(), parties.erased_at.as_deref()), ("name", Some("third_party")));
    assert_eq!((parties.field("siret"), parties.field("email")), (Some("name"), None));
    assert_eq!(parties.set, [("is_company".to_owned(), Value::Integer(1))]);
    let connections = complete.erp_connections().expect("there");
    assert_eq!((connections.table.as_str(), connections.sealed.as_str()), ("mailing", "at"));
    assert_eq!(complete.erp_companies().map(|companies| companies.name.as_str()), Some("kind"));
    assert!(complete.erp_keys().is_none());
    let gone = format!("{third}[erp.third-parties]\ncode = \"name\"\nerased-at = \"third_party\"");
    assert!(misfit(&gone).starts_with("`erased-at` needs a row that stays"), "{}", misfit(&gone));
    assert_eq!(misfit("[erp.third-parties]\ncode = \"name\""), "there is no [relations.third-party]");
    assert_eq!(wrong("[erp.companies]\ntable = \"cron\"\nkey = \"kind\""), "own.toml:4:6: `name` is missing");
}

#[test]
fn salts_factors_programs_and_the_organisation_are_looked_up() {
    let catalog = catalog([
        table("user", "id INTEGER, login TEXT, hash TEXT, totp TEXT, robot INTEGER"),
        table("conf", "name TEXT, value TEXT"),
        table("firm", "id INTEGER, title TEXT"),
        table("ours", "firm INTEGER"),
    ]);
    let hash = |salt: &str| {
        format!(
            "[accounts.staff]\ntable = \"user\"\nkey = \"id\"\nlogin = \"login\"\nsecond-factor = \"TOTP\"\n\
             service = \"Robot\"\nhash = {{ column = \"hash\", schemes = [\"bcrypt\"], shipped = [\"x\"], {salt} }}\n\
             [organisation]\nproduct = \"Papillon\"\n\
             name = {{ table = \"FIRM\", column = \"Title\", key = \"Id\", in = {{ table = \"OURS\", column = \"Firm\" }} }}\n"
        )
    };
    let row = "salt = { table = \"CONF\", column = \"Value\", where = { Name = [\"SALT\"] } }";
    let roles = map(&hash(row)).accounts_for(&catalog).expect("all of it is there");
    let staff = roles.population(None).expect("there is one");
    assert_eq!((staff.second_factor.as_deref(), staff.service.as_deref()), (Some("totp"), Some("robot")));
    assert_eq!(staff.hash.as_ref().expect("there is one").shipped, ["x"]);
    let Some(SaltPlace::Row(salt)) = staff.salt.as_ref().map(|salt| &salt.place) else { panic!("in a row") };
    let filter = [("name".to_owned(), vec![Value::from("SALT")])];
    assert_eq!(
        (salt.table.as_str(), salt.column.as_str(), salt.filter.as_slice()),
        ("conf", "value", &filter[..])
    );
    let organisation = roles.organisation.expect("it is described");
    let name = organisation.name.expect("it has one");
    let named = Named { key: "id".into(), table: "ours".into(), column: "firm".into() };
    assert_eq!((name.table.as_str(), name.column.as_str(), name.named), ("firm", "title", Some(named)));
    assert_eq!(organisation.product.as_deref(), Some("Papillon"));
    let file = map(&hash("salt-file = \"below/salt\"")).accounts_for(&catalog).expect("it is not read yet");
    let place = file.population(None).expect("there is one").salt.clone().expect("it is said").place;
    assert_eq!(place, SaltPlace::File("below/salt".into()));
    let stale = map(&hash(row).replace("OURS", "theirs")).accounts_for(&catalog).unwrap_err();
    assert!(told(&stale).contains("theirs"), "{}", told(&stale));
    assert!(
        wrong("[organisation]\nname = { table = \"t\", column = \"c\", key = \"k\" }")
            .contains("go together")
    );
}
