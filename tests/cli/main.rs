//! The program as its users meet it: the binary, a folder of its own, an empty environment. Each test looks at the
//! output, the exit status, and the rows, bytes and files that are left.

mod reference;
mod search;
mod structure;
mod support;
mod tools;
mod tryton;
mod world;
