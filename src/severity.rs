//! How bad a finding of an audit is: one word for every audit.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing; never a reason to fail.
    Information,
    /// To be looked at some day.
    Low,
    /// To be cured.
    Medium,
    /// To be cured now.
    High,
}

impl Severity {
    /// Every severity with its word.
    pub const WORDS: &'static [(&'static str, Severity)] = &[
        ("information", Severity::Information),
        ("low", Severity::Low),
        ("medium", Severity::Medium),
        ("high", Severity::High),
    ];

    /// The stable name.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Information => "information",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
        }
    }
}
