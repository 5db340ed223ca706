//! The words for what a value is. A map uses them; `masking` has a function for each.

use serde::Serialize;
use std::fmt;

macro_rules! categories {
    ($($(#[$doc:meta])* $name:ident = $word:literal,)*) => {
        /// What the values of a column are.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "kebab-case")]
        pub enum Category { $($(#[$doc])* $name,)* }

        impl Category {
            /// Every category, in the order of the manual.
            pub const ALL: &'static [Category] = &[$(Category::$name),*];

            /// The word a map uses.
            pub fn word(self) -> &'static str {
                match self { $(Category::$name => $word),* }
            }

            /// The category of a map's word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $($word => Some(Category::$name),)* _ => None }
            }
        }
    };
}

categories! {
    /// How a person is addressed: M., Mme. Kept, so that it agrees with the given name.
    Civility = "civility",
    /// A first name.
    GivenName = "given-name",
    /// A last name.
    FamilyName = "family-name",
    /// A person's whole name in one value.
    FullName = "full-name",
    /// The name of a person or of a company, told apart by its words (SARL, & Cie, Atelier).
    PartyName = "party-name",
    /// The name of a company.
    CompanyName = "company-name",
    /// What a person does.
    JobTitle = "job-title",
    /// An e-mail address, with or without a display name around it.
    Email = "email",
    /// What a person types to log in.
    Login = "login",
    /// A telephone or fax number.
    Phone = "phone",
    /// A street line, number included.
    Street = "street",
    /// A postcode.
    Postcode = "postcode",
    /// A town.
    Town = "town",
    /// A country. Kept.
    Country = "country",
    /// A date of birth.
    BirthDate = "birth-date",
    /// A date that tells about a person.
    Date = "date",
    /// A national identification number (NIR).
    NationalId = "national-id",
    /// A French company's number, 9 digits with a check digit.
    Siren = "siren",
    /// A French establishment's number: a SIREN and 5 digits more.
    Siret = "siret",
    /// A value-added-tax number.
    Vat = "vat",
    /// An international bank account number.
    Iban = "iban",
    /// A bank's code.
    Bic = "bic",
    /// A payment card's number.
    Card = "card",
    /// A web address or the name of a site.
    Url = "url",
    /// An IP address.
    Ip = "ip",
    /// Text that a person wrote.
    FreeText = "free-text",
    /// The name of a file.
    DocumentName = "document-name",
    /// The content of a file.
    Document = "document",
    /// An amount of money that tells about a person.
    Amount = "amount",
    /// A hash, token or key. Never leaves in an archive.
    Secret = "secret",
    /// Harmless or structural; said out loud.
    Keep = "keep",
    /// Emptied: NULL, or an empty value where NULL is refused.
    Blank = "blank",
}

impl Category {
    /// Whether values of this category go into an archive as they are.
    pub fn is_kept(self) -> bool {
        matches!(self, Category::Keep | Category::Civility | Category::Country)
    }

    /// Whether one value tells who is meant, alone and wherever it stands. Names, towns and dates do not: others have
    /// the same.
    pub fn is_identifying(self) -> bool {
        matches!(
            self,
            Category::FullName
                | Category::PartyName
                | Category::CompanyName
                | Category::Email
                | Category::Login
                | Category::Phone
                | Category::Street
                | Category::NationalId
                | Category::Siren
                | Category::Siret
                | Category::Vat
                | Category::Iban
                | Category::Card
                | Category::Url
                | Category::Ip
                | Category::DocumentName
                | Category::Secret
        )
    }

    /// Whether this value of the category tells who is meant. A whole name of one word is a role ("Administrator") or
    /// a first name: others have it too.
    pub fn identifies(self, value: &str) -> bool {
        let one_word = || !value.trim().contains(char::is_whitespace);
        self.is_identifying() && !(self == Category::FullName && one_word())
    }

    /// Whether a mask is another value of the same sort, so that a value that comes out as it went in was not masked.
    pub fn is_replaced(self) -> bool {
        !self.is_kept() && !matches!(self, Category::Blank | Category::Secret | Category::Amount)
    }

    /// What the word means, in a few words for `map explain`.
    pub fn meaning(self) -> &'static str {
        match self {
            Category::Civility => "how a person is addressed",
            Category::GivenName => "a first name",
            Category::FamilyName => "a last name",
            Category::FullName => "a person's whole name",
            Category::PartyName => "the name of a person or a company",
            Category::CompanyName => "the name of a company",
            Category::JobTitle => "what a person does",
            Category::Email => "an e-mail address",
            Category::Login => "what a person types to log in",
            Category::Phone => "a telephone number",
            Category::Street => "a street line",
            Category::Postcode => "a postcode",
            Category::Town => "a town",
            Category::Country => "a country",
            Category::BirthDate => "a date of birth",
            Category::Date => "a date that tells about a person",
            Category::NationalId => "a national identification number",
            Category::Siren => "a French company number (SIREN)",
            Category::Siret => "a French establishment number (SIRET)",
            Category::Vat => "a VAT number",
            Category::Iban => "a bank account number (IBAN)",
            Category::Bic => "a bank's code (BIC)",
            Category::Card => "a payment card's number",
            Category::Url => "a web address",
            Category::Ip => "an IP address",
            Category::FreeText => "text that a person wrote",
            Category::DocumentName => "the name of a file",
            Category::Document => "the content of a file",
            Category::Amount => "an amount of money",
            Category::Secret => "a hash, token or key",
            Category::Keep => "harmless or structural",
            Category::Blank => "not wanted in an archive",
        }
    }
}

impl fmt::Display for Category {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
