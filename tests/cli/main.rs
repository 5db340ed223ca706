//! The program as its users meet it: the binary, a folder of its own, an empty environment. Each test looks at the
//! output, the exit status, and the rows, bytes and files that are left.
#![allow(clippy::disallowed_methods, reason = "a test looks at databases itself")]

mod account_faults;
mod account_maps;
mod accounts;
mod archives;
mod audit;
mod clipboard;
mod counts;
mod databases;
mod erase;
mod erp;
mod exclude;
mod exclude_filter;
mod exclude_maps;
mod full;
mod interrupts;
mod ledger;
mod limits;
mod locks;
mod maps;
mod masks;
mod notes;
mod outputs;
mod policy;
mod reference;
mod relation;
mod retention;
mod search;
mod sizes;
mod statuses;
mod structure;
mod support;
mod terminal;
mod tools;
mod tryton;
mod world;
mod writers;
