//! What long work tells about itself, without knowing who listens.

/// Listens to one long piece of work. `ui` draws a bar, writes lines or stays silent.
pub trait Progress {
    /// A new stage begins; `total` is in the stage's own unit (rows, bytes), where it is known.
    fn stage(&mut self, name: &str, total: Option<u64>);
    /// So much more of the stage is done.
    fn advance(&mut self, by: u64);
    /// The stage is over.
    fn finish(&mut self);
}

/// Nobody listens.
pub struct Silence;

impl Progress for Silence {
    fn stage(&mut self, _: &str, _: Option<u64>) {}
    fn advance(&mut self, _: u64) {}
    fn finish(&mut self) {}
}
