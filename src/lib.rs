//! crm-admin: what an administrator of a CRM database runs to keep its personal data lawful.
//!
//! The program is this library and a binary of a few lines that parses, runs, reports and exits.
//!
//! # The plan of the house
//!
//! Each room has one idea, and knows only the rooms below it. `tests/architecture.rs` holds them to that.
//!
//! | room | its idea |
//! | --- | --- |
//! | [`cli`], [`config`] | what was asked: the command line, the environment, the configuration files |
//! | [`commands`] | one file per command: its arguments, what it does, its report |
//! | [`ui`] | the voice: tables and JSON from one value, progress, questions. Commands alone call it |
//! | [`anonymise`] | what happens to a whole database: read, masked, written anew |
//! | [`erasure`] | a relation erased: planned, applied, searched for, certified |
//! | [`retention`] | which relations have stayed as long as they may |
//! | [`notes`] | what free text says that it should not |
//! | [`objection`] | who is excluded from marketing, how that is noted, and a mailing list without them |
//! | [`erp`] | the link to an ERP: a key, sealed; both sides; what a synchronisation would do, as a value |
//! | [`relation`] | a relation found, shown with everything attached, and rectified |
//! | [`proof`] | a finished archive, decoded and held against its source |
//! | [`masking`] | what happens to one value. Keyed and pure |
//! | [`archive`] | the file: frames, manifest, digests. Knows bytes and no database |
//! | [`fingerprints`] | texts remembered without their letters, in memory that has an end |
//! | [`publish`] | how a file gets its name: complete, or not at all |
//! | [`schema`] | the map: what each table and column is, held against the live database |
//! | [`store`] | the door to an engine; [`store::sqlite`] is the one engine behind it, and the home of all SQL |
//! | [`reference`](mod@reference), [`words`], [`password`], [`deliver`] | our own schema, its synthetic people, and the first administrator |
//! | [`ledger`], [`state`] | the record of acts, and what is remembered about a database outside of it |
//! | [`clipboard`] | where a password waits to be pasted, and the process that holds it there |
//! | [`support`] | a restored copy made usable: one login for a technician, and a mark that says what it is |
//! | [`fault`], [`secret`], [`progress`], [`interrupt`], [`digest`](mod@digest), [`moment`], [`severity`], [`checksum`], [`reach`], [`address`], [`background`], [`memory`] | twelve small words that every room may use |
//!
//! # One backup, followed through it
//!
//! `crm-admin --db crm.db --map tryton-8 backup -o crm.zst`
//!
//! 1. [`cli::parse`] reads the line, [`config::settle`] fills in what only the environment or a file said, and
//!    [`commands::run`] hands over to [`commands::backup`].
//! 2. The store is opened and looked at: is it a database, is it whole, who holds it ([`store::sqlite`]). From here
//!    on everything reads one [`store::Snapshot`], which has no method that writes.
//! 3. [`schema::Map::load`] reads the map. [`schema::Map::complete_for`] holds it against the live
//!    [`store::Catalog`]: with anything unmapped or stale it refuses, and the command ends with status 4. Otherwise it
//!    returns a [`schema::CompleteMap`], which nothing else can make. Whatever copies personal data asks for one, so
//!    that a check that was forgotten does not compile.
//! 4. A [`publish::Draft`] stands where the archive will be, without a name, and a [`publish::Scratch`] file beside it
//!    for the masked database. It loses its name as soon as the engine has it open: a kill leaves nothing behind.
//! 5. A first pass over the source reads what identifies ([`anonymise::originals`]): the masks may be none of it
//!    ([`masking::Originals`]), and the proof may find none of it ([`proof::Needles`]). Both keep digests, no text.
//! 6. [`anonymise::copy`] streams every table through a [`masking::RowMasker`] under a fresh [`masking::Key`] into a
//!    [`store::Builder`]. No clear value is written on the way. Tables and indexes of a usual shape are written as
//!    finished pages, without the engine. Then come all other indexes, search indexes, views, triggers and statistics,
//!    made from masked rows; and the engine's own checks, compared with those of the source.
//! 7. [`archive::Writer`] packs the masked database into independent zstd frames and ends the file with a manifest and
//!    digests: what was done to each column, in counts and words, never a value.
//! 8. The archive is decoded as a technician would do it and held against the source: [`proof`]. Anything found, or
//!    a search that finds nothing even in the source, refuses it.
//! 9. [`publish::Draft::publish`] syncs the file and links it to its name, which fails if the name exists. The key is
//!    dropped, and wiped.
//! 10. The report goes to standard output through [`ui`]. What went wrong anywhere is a [`fault::Fault`] with a kind;
//!     [`fault::exit_status`] alone turns kinds into numbers.
//!
//! # Where to begin
//!
//! A new command is a file in `src/commands/` and a line in [`cli`]. A new word for a mask is a variant in
//! [`schema::Category`], a function in [`masking`] and a line in crm-admin-map(5); the compiler and the tests ask for
//! the rest. The file format is told in [`archive`], the map language in crm-admin-map(5).

pub mod accounts;
pub mod address;
pub mod anonymise;
pub mod archive;
pub mod background;
pub mod checksum;
pub mod cli;
pub mod clipboard;
pub mod commands;
pub mod config;
pub mod deliver;
pub mod digest;
pub mod erasure;
pub mod erp;
pub mod fault;
pub mod fingerprints;
pub mod interrupt;
pub mod ledger;
pub mod masking;
pub mod memory;
pub mod moment;
pub mod notes;
pub mod objection;
pub mod password;
pub mod progress;
pub mod proof;
pub mod publish;
pub mod reach;
pub mod reference;
pub mod relation;
pub mod retention;
pub mod schema;
pub mod secret;
pub mod severity;
pub mod state;
pub mod store;
pub mod support;
pub mod ui;
pub mod words;
