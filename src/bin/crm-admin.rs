//! Parse, run, report, exit.

use crm_admin::{cli, commands, fault, interrupt, memory};
use std::process::ExitCode;

#[global_allocator]
static MEMORY: memory::Memory = memory::Memory;

fn main() -> ExitCode {
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(told) => return commands::tell_usage(&told),
    };
    let result = interrupt::listen().and_then(|()| commands::run(&cli));
    ExitCode::from(fault::exit_status(&result))
}
