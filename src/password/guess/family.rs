//! The families of guesses: all that a report says about a password that was guessed.

/// Which kind of guess it was. Never the guess itself, its length or its place in a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Family {
    /// Empty, or what systems and help desks hand out.
    Handed,
    /// A password that everybody chooses.
    Common,
    /// Made from the login.
    Login,
    /// Made from the person's names.
    Name,
    /// Made from the company's or the product's name.
    Company,
    /// Made from the town or the department.
    Town,
    /// A season, a month or a day, with a year or another ending.
    Season,
    /// Neighbouring keys.
    Keyboard,
    /// In the list that was given on the command line.
    List,
}

impl Family {
    /// All of them; the place is the number in a file of what was tried, so it never changes.
    pub(super) const ALL: [Family; 9] = [
        Family::Handed,
        Family::Common,
        Family::Login,
        Family::Name,
        Family::Company,
        Family::Town,
        Family::Season,
        Family::Keyboard,
        Family::List,
    ];

    /// The stable name in reports and JSON.
    pub fn name(self) -> &'static str {
        match self {
            Family::Handed => "default",
            Family::Common => "common",
            Family::Login => "login",
            Family::Name => "name",
            Family::Company => "company",
            Family::Town => "town",
            Family::Season => "season",
            Family::Keyboard => "keyboard",
            Family::List => "list",
        }
    }

    /// A few words for a person: "made from the login".
    pub fn words(self) -> &'static str {
        match self {
            Family::Handed => "empty, or one that systems hand out",
            Family::Common => "one that everybody chooses",
            Family::Login => "made from the login",
            Family::Name => "made from the person's name",
            Family::Company => "made from the company or the product",
            Family::Town => "made from the town or the department",
            Family::Season => "a season, a month or a day",
            Family::Keyboard => "neighbouring keys",
            Family::List => "in the list that was given",
        }
    }
}
