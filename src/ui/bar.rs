//! Progress as a bar, as lines or as silence. The one home of indicatif.

use super::text;
use crate::progress::Progress;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// Work that is over sooner shows no bar.
const BAR_AFTER: Duration = Duration::from_millis(250);
/// A log gets its first line after this long, and then one each such time.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// A bar for a terminal.
pub struct Bar {
    bar: ProgressBar,
    since: Instant,
    shown: bool,
}

impl Bar {
    /// No bar yet: it comes when the work takes long.
    pub fn new() -> Self {
        Bar { bar: ProgressBar::hidden(), since: Instant::now(), shown: false }
    }
}

impl Default for Bar {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Bar {
    fn stage(&mut self, name: &str, total: Option<u64>) {
        self.bar.finish_and_clear();
        let look = match total {
            Some(_) => "{msg:24!} {wide_bar} {percent:>3}% {eta:>4}",
            None => "{msg:24!} {spinner} {human_pos}",
        };
        let style = ProgressStyle::with_template(look).unwrap_or_else(|_| ProgressStyle::default_bar());
        self.bar = match total {
            Some(total) => ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::hidden()),
            None => ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()),
        };
        self.bar.set_style(style);
        self.bar.set_message(text::line(name).into_owned());
        self.shown = false;
    }

    fn advance(&mut self, by: u64) {
        if !self.shown && self.since.elapsed() >= BAR_AFTER {
            self.bar.set_draw_target(ProgressDrawTarget::stderr_with_hz(10));
            self.shown = true;
        }
        self.bar.inc(by);
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Plain lines for a log.
pub struct Lines {
    name: String,
    total: Option<u64>,
    done: u64,
    last: Instant,
}

impl Lines {
    /// Says nothing until the work has taken long.
    pub fn new() -> Self {
        Lines { name: String::new(), total: None, done: 0, last: Instant::now() }
    }
}

impl Default for Lines {
    fn default() -> Self {
        Self::new()
    }
}

impl Progress for Lines {
    fn stage(&mut self, name: &str, total: Option<u64>) {
        self.name = text::line(name).into_owned();
        self.total = total;
        self.done = 0;
    }

    fn advance(&mut self, by: u64) {
        self.done += by;
        if self.last.elapsed() >= LINE_EVERY {
            self.last = Instant::now();
            let line = match self.total {
                Some(total) if total > 0 => format!("{}: {} %", self.name, self.done * 100 / total),
                _ => format!("{}: {}", self.name, self.done),
            };
            super::output::say(&line);
        }
    }

    fn finish(&mut self) {}
}
