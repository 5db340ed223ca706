//! How often, how long and how large: a little, or all that is asked of the program before a release.

/// The first number in every run; the second where `CRM_ADMIN_FULL` is set.
pub fn count<T>(short: T, full: T) -> T {
    if is_full() { full } else { short }
}

/// Whether everything is asked for.
pub fn is_full() -> bool {
    std::env::var_os("CRM_ADMIN_FULL").is_some()
}
