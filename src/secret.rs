//! A secret that cannot be printed, compared in a hurry or left in memory.

use std::fmt;
use zeroize::Zeroizing;

/// A password, key or token. It has no `Display` and no `Serialize`, `Debug` hides it, and dropping it wipes it.
///
/// Every call of [`Secret::expose`] is a line that a reviewer reads.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes the text over; the caller keeps no copy.
    pub fn new(text: String) -> Self {
        Secret(Zeroizing::new(text))
    }

    /// The secret itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_does_not_show_it() {
        assert_eq!(format!("{:?}", Secret::new("Tr0ub4dor".into())), "Secret(..)");
    }
}
