//! What the pages of `exclude` say beyond the options: where an objection stands, and what a mailing list is held against.

/// The notes of a page.
pub fn notes(name: &str) -> &'static [&'static str] {
    match name {
        "crm-admin-exclude" | "crm-admin-exclude-add" | "crm-admin-exclude-remove" => &[
            "An objection is noted at every place that the map's [objection] section names for the kind. What the CRM \
             has no place for (a date, a channel, who said it; or the objection itself, of a kind or a way of \
             marketing that it does not know) is kept in objections.json of the state folder, by kind and id, and the \
             command says so. The CRM does not look there: its own mailings do not obey it. Lists and exclude filter do.",
            "A company's objection is noted for all its contacts in the same transaction, with `company` for who said \
             it. Taken back from the company with --contacts clear, it goes from those contacts alone: who objected in \
             person stays excluded. A contact that is added to an excluded company later counts as excluded all the \
             same, and so does a company whose third party objects.",
            "Where the CRM keeps a list of addresses, an objection is that of whoever has the address.",
        ],
        "crm-admin-exclude-filter" => &[
            "E-mail addresses are compared in lower case and without a display name; telephone numbers in their \
             international form, where a number without a country is French. A field may hold several, with commas, \
             semicolons or bars between them: one of them is enough to leave the line out.",
            "Not passed on either: a line with another number of columns than the first, with a quote that is not \
             closed, longer than 4 MiB, with a named column that holds no address or is not of the encoding. The first \
             20 are told by the number of their line. Other columns may hold any bytes. Whoever passes a list on to \
             somebody who does not know the CRM should look at those numbers first.",
            "With -o the list gets its name when it is complete, and the report goes to standard output; without, the \
             list does, and the report (one JSON object with --json) to standard error.",
            "Whoever was erased is known by the suppression list of the state folder: keyed digests, which no one can \
             read back. Keep the state folder with the database.",
        ],
        _ => &[],
    }
}
