//! The maps that come with the program.

/// A map that comes with the program.
pub(super) struct Shipped {
    /// Its name, which is its file's stem.
    pub(super) name: &'static str,
    /// Its text.
    pub(super) text: &'static str,
}

/// All of them, the reference schema's first.
pub(super) const ALL: &[Shipped] = &[
    Shipped { name: "reference", text: include_str!("maps/reference.toml") },
    Shipped { name: "reference-erp", text: include_str!("maps/reference-erp.toml") },
    Shipped { name: "tryton-8", text: include_str!("maps/tryton-8.toml") },
];

/// The shipped map of that name.
pub(super) fn find(name: &str) -> Option<&'static Shipped> {
    ALL.iter().find(|shipped| shipped.name == name)
}
