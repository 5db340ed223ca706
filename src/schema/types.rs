//! What a declared type promises. Only a promise of numbers or moments can settle a column by its type alone.

/// The sorts of declared types.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeSort {
    /// Numbers.
    Number,
    /// Yes or no.
    Boolean,
    /// Technical moments and durations.
    Moment,
    /// Days and moments that may be those of a person.
    Date,
    /// Bytes.
    Blob,
    /// Text, and whatever is not known: anything may be in there.
    Text,
}

const NUMBERS: &[&str] = &[
    "INT",
    "INTEGER",
    "TINYINT",
    "SMALLINT",
    "MEDIUMINT",
    "BIGINT",
    "INT2",
    "INT4",
    "INT8",
    "BIG",
    "SIGNED",
    "UNSIGNED",
    "SERIAL",
    "SMALLSERIAL",
    "BIGSERIAL",
    "NUMERIC",
    "NUMBER",
    "DECIMAL",
    "DEC",
    "REAL",
    "FLOAT",
    "FLOAT4",
    "FLOAT8",
    "DOUBLE",
    "PRECISION",
    "MONEY",
    "YEAR",
    "OID",
];
const BOOLEANS: &[&str] = &["BOOL", "BOOLEAN", "BIT"];
const MOMENTS: &[&str] =
    &["TIMESTAMP", "TIMESTAMPTZ", "TIME", "TIMETZ", "INTERVAL", "WITH", "WITHOUT", "LOCAL", "ZONE"];

impl TypeSort {
    /// The sort of a type's name without its length, whatever its case.
    pub(super) fn of(type_name: &str) -> Self {
        let name = type_name.trim().to_ascii_uppercase();
        let all_in =
            |known: &[&str]| !name.is_empty() && name.split_whitespace().all(|word| known.contains(&word));
        if all_in(NUMBERS) {
            TypeSort::Number
        } else if all_in(BOOLEANS) {
            TypeSort::Boolean
        } else if all_in(MOMENTS) {
            TypeSort::Moment
        } else if name.contains("DATE") {
            TypeSort::Date
        } else if ["BLOB", "BINARY", "BYTEA"].iter().any(|part| name.contains(part)) {
            TypeSort::Blob
        } else {
            TypeSort::Text
        }
    }

    /// Whether `[everywhere.types]` may keep it: text, bytes, documents and days of people never by type alone.
    pub(super) fn may_be_kept_by_type(self) -> bool {
        matches!(self, TypeSort::Number | TypeSort::Boolean | TypeSort::Moment)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_moments_may_be_kept_by_type() {
        for name in
            ["INTEGER", "bigint", "DOUBLE PRECISION", "UNSIGNED BIG INT", "NUMERIC", "BOOLEAN", "TIMESTAMP"]
        {
            assert!(TypeSort::of(name).may_be_kept_by_type(), "{name}");
        }
        assert!(TypeSort::of("TIMESTAMP WITHOUT TIME ZONE").may_be_kept_by_type());
    }

    #[test]
    fn text_bytes_documents_days_and_the_unknown_never_are() {
        for name in [
            "TEXT",
            "CHAR",
            "VARCHAR",
            "NVARCHAR",
            "CITEXT",
            "CLOB",
            "STRING",
            "BLOB",
            "LONGBLOB",
            "VARBINARY",
            "BYTEA",
            "JSON",
            "JSONB",
            "DATE",
            "DATETIME",
            "XML",
            "UUID",
            "POINT",
            "INET",
            "",
            " ",
            "ANY",
        ] {
            assert!(!TypeSort::of(name).may_be_kept_by_type(), "{name}");
        }
    }
}
