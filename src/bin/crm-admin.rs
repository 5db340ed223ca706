//! Parse, run, report, exit.

use crm_admin::{cli, clipboard, commands, fault, interrupt, memory};
use std::process::ExitCode;

#[global_allocator]
static MEMORY: memory::Memory = memory::Memory;

fn main() -> ExitCode {
    memory::keep_nothing_large();
    memory::also_in_new_threads();
    if let Some(status) = clipboard::holder::run(std::env::args_os()) {
        return status;
    }
    let cli = match cli::parse(std::env::args_os()) {
        Ok(cli) => cli,
        Err(told) => return commands::tell_usage(&told),
    };
    let result = interrupt::listen().and_then(|()| commands::run(&cli));
    ExitCode::from(fault::exit_status(&result))
}
