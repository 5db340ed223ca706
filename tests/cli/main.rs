//! The program as its users meet it: the binary, a folder of its own, an empty environment. Each test looks at the
//! output, the exit status, and the rows, bytes and files that are left.
#![allow(clippy::disallowed_methods, reason = "a test looks at databases itself")]

mod archives;
mod databases;
mod erase;
mod interrupts;
mod limits;
mod maps;
mod outputs;
mod reference;
mod search;
mod statuses;
mod structure;
mod terminal;
mod tools;
mod tryton;
mod world;
