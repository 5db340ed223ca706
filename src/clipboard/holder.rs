//! The process that holds a password on the desktop's clipboard after the command has ended. The one home of `arboard`.
//!
//! It is this program again, started by [`desktop`](super::desktop). It reads the secret from standard input, answers
//! one byte as soon as the clipboard gives that secret out, and waits for one byte more, which says that the password is in
//! force. It ends when its time is over, when something else was copied, or when standard input closes without that
//! byte: its ending is what clears the clipboard, and only if it still owns it.

use crate::secret::Secret;
use arboard::{Clipboard, Error, SetExtLinux};
use rustix::mm::{MlockAllFlags, mlockall};
use rustix::process::{DumpableBehavior, set_dumpable_behavior, setsid};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, RawFd};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::{Duration, Instant};
use zeroize::Zeroizing;

/// The first argument that makes this program a holder. Nobody types it, so no help lists it.
pub const ARGUMENT: &str = "__hold-clipboard";
/// What the holder answers when it has the clipboard.
pub const HELD: u8 = b'h';
/// What it is told when the secret may stay.
pub const KEEP: u8 = b'k';

/// How long a clipboard may take to accept a text.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long to wait before looking again whether a clipboard has accepted it.
const PAUSE: Duration = Duration::from_millis(20);
/// How long to wait before looking again whether the desktop is still there.
const PULSE: Duration = Duration::from_secs(1);
/// No secret is longer, in bytes.
const LONGEST: usize = 1024;

/// What happens to the holder.
enum Event {
    /// The clipboard gives the secret out.
    Held,
    /// Something else was copied, or the clipboard has gone.
    Lost,
    /// The command says that the secret may stay.
    Kept,
    /// The command ended without saying so.
    TakenBack,
}

/// Holds a clipboard if these arguments ask for it; none if they are a person's.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Option<ExitCode> {
    let mut arguments = arguments.into_iter().skip(1);
    if arguments.next()? != ARGUMENT {
        return None;
    }
    let seconds = arguments.next().and_then(|text| text.to_str()?.parse().ok());
    let held = seconds.and_then(|seconds| hold(Duration::from_secs(seconds)).ok());
    Some(if held.is_some() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Returning ends the process and with it every thread: no thread has to be told.
fn hold(time: Duration) -> io::Result<()> {
    close_inherited();
    // Before the secret is here: nobody else of the same user may read our memory, and no core is dumped.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)?;
    // A terminal that closes shall not end us. It fails where we lead a session already, which is as good.
    let _ = setsid();
    let (tell, events) = channel();
    let mut parent = File::from(io::stdin().as_fd().try_clone_to_owned()?);
    let secret = read(&mut parent)?;
    own(&secret, &tell);
    expect_held(&events)?;
    // Now all copies are made. Where the user may not lock as much, swapping is possible and no reason to refuse.
    let _ = mlockall(MlockAllFlags::CURRENT);
    answer()?;
    thread::spawn(move || {
        let mut byte = [0];
        let kept = parent.read_exact(&mut byte).is_ok() && byte == [KEEP];
        tell.send(if kept { Event::Kept } else { Event::TakenBack })
    });
    wait(&events, Instant::now() + time);
    Ok(())
}

/// Closes what the command had inherited, such as a script's lock, so that nobody waits for us. Without /proc it stays.
fn close_inherited() {
    let Ok(folder) = fs::read_dir("/proc/self/fd") else { return };
    let paths: Vec<PathBuf> = folder.flatten().map(|entry| entry.path()).collect();
    // The folder itself was among them, and is closed again.
    for path in paths.iter().filter(|path| path.is_symlink()) {
        let number = path.file_name().and_then(|name| name.to_str()?.parse::<RawFd>().ok());
        if let Some(number @ 3..) = number {
            // SAFETY: it is open, and nothing in this process owns it: the process has just begun.
            unsafe { rustix::io::close(number) };
        }
    }
}

/// Reads the secret, which ends with its line.
fn read(parent: &mut File) -> io::Result<Secret> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0]);
    loop {
        parent.read_exact(&mut *byte)?;
        if *byte == *b"\n" {
            break;
        }
        if bytes.len() == LONGEST {
            return Err(io::ErrorKind::InvalidData.into());
        }
        bytes.push(byte[0]);
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| io::ErrorKind::InvalidData)?;
    Ok(Secret::new(text.to_owned()))
}

/// Takes the clipboard in one thread, and looks in another whether it gives the secret out.
fn own(secret: &Secret, tell: &Sender<Event>) {
    let (owner, owned) = (secret.clone(), tell.clone());
    thread::spawn(move || {
        // `wait` returns when something else has been copied; `wait_until` returns at once under Wayland.
        let _ = Clipboard::new()
            .and_then(|mut clipboard| clipboard.set().exclude_from_history().wait().text(owner.expose()));
        owned.send(Event::Lost)
    });
    let (secret, seen) = (secret.clone(), tell.clone());
    thread::spawn(move || {
        while !gives_out(&secret).is_ok_and(|same| same) {
            thread::sleep(PAUSE);
        }
        let _ = seen.send(Event::Held);
        // A desktop that ends does not wake `wait` under X11.
        while gives_out(&secret).is_ok() {
            thread::sleep(PULSE);
        }
        seen.send(Event::Lost)
    });
}

/// Whether a program that pasted now would get the secret.
fn gives_out(secret: &Secret) -> Result<bool, Error> {
    match Clipboard::new()?.get_text().map(Zeroizing::new) {
        Ok(text) => Ok(*text == *secret.expose()),
        Err(Error::ContentNotAvailable | Error::ConversionFailure) => Ok(false),
        Err(gone) => Err(gone),
    }
}

fn expect_held(events: &Receiver<Event>) -> io::Result<()> {
    match events.recv_timeout(PATIENCE) {
        Ok(Event::Held) => Ok(()),
        _ => Err(io::ErrorKind::TimedOut.into()),
    }
}

fn answer() -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(&[HELD])?;
    out.flush()
}

/// Waits for whatever ends the holding.
fn wait(events: &Receiver<Event>, end: Instant) {
    loop {
        match events.recv_timeout(end.saturating_duration_since(Instant::now())) {
            Ok(Event::Held | Event::Kept) => {}
            Ok(Event::Lost | Event::TakenBack) | Err(RecvTimeoutError::Timeout) => return,
            // Cannot happen while the owner runs, and when it has ended there is nothing to wait for.
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}
