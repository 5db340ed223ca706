-- The reference ERP of crm-admin: as much of one as a link to it needs. How things are stored is told in schema.sql.
--
-- A third party that was erased stays as a row without a word about anybody, with the moment of its erasure: so every
-- CRM that is linked learns of it, and its code never comes to mean somebody else. Invoices stay as long as the law asks.

PRAGMA application_id = 1163022401; -- 'ERPA'
PRAGMA user_version = 1;

-- The companies whose books are kept here.
CREATE TABLE company (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    name       TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
    siret      TEXT    CHECK (length(siret) = 14),
    created_at TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at))
) STRICT;

-- Programs that may come in, each for one company. A key is known by its digest only, and never told again.
CREATE TABLE api_connection (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id   INTEGER NOT NULL REFERENCES company (id),
    name         TEXT    NOT NULL COLLATE NOCASE CHECK (name <> ''), -- which program, as its administrator calls it
    key_digest   TEXT    NOT NULL UNIQUE CHECK (length(key_digest) = 64),
    created_at   TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    last_used_at TEXT    CHECK (last_used_at IS strftime('%Y-%m-%dT%H:%M:%SZ', last_used_at)),
    revoked_at   TEXT    CHECK (revoked_at IS strftime('%Y-%m-%dT%H:%M:%SZ', revoked_at))
) STRICT;
CREATE INDEX api_connection_company_id ON api_connection (company_id);

-- Customers and suppliers.
CREATE TABLE third_party (
    id                     INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id             INTEGER NOT NULL REFERENCES company (id),
    code                   TEXT    NOT NULL UNIQUE CHECK (code <> ''),
    kind                   TEXT    NOT NULL CHECK (kind IN ('customer', 'supplier')),
    name                   TEXT    NOT NULL COLLATE NOCASE CHECK (name <> ''),
    siret                  TEXT    CHECK (length(siret) = 14),
    vat_number             TEXT,
    email                  TEXT    COLLATE NOCASE,
    phone                  TEXT,
    street                 TEXT,
    postcode               TEXT,
    town                   TEXT,
    country                TEXT    CHECK (length(country) = 2),
    marketing_objection    INTEGER NOT NULL DEFAULT 0 CHECK (marketing_objection IN (0, 1)),
    objection_at           TEXT    CHECK (objection_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_at)),
    objection_channel      TEXT    CHECK (objection_channel IN ('mail', 'call', 'letter', 'form', 'meeting', 'import')),
    objection_origin       TEXT    CHECK (objection_origin IN ('person', 'company', 'erp', 'administrator')),
    objection_withdrawn_at TEXT    CHECK (objection_withdrawn_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_withdrawn_at)),
    erased_at              TEXT    CHECK (erased_at IS strftime('%Y-%m-%dT%H:%M:%SZ', erased_at)),
    erasure_confirmed_at   TEXT    CHECK (erasure_confirmed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', erasure_confirmed_at)), -- by the CRM
    created_at             TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    updated_at             TEXT    NOT NULL CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at))
) STRICT;
CREATE INDEX third_party_company_id ON third_party (company_id);
CREATE INDEX third_party_name ON third_party (name);
CREATE INDEX third_party_siret ON third_party (siret);

CREATE TABLE bank_account (
    id             INTEGER PRIMARY KEY,
    third_party_id INTEGER NOT NULL REFERENCES third_party (id),
    holder         TEXT    NOT NULL,
    iban           TEXT    NOT NULL UNIQUE CHECK (length(iban) BETWEEN 15 AND 34),
    bic            TEXT    CHECK (length(bic) IN (8, 11))
) STRICT;
CREATE INDEX bank_account_third_party_id ON bank_account (third_party_id);

CREATE TABLE invoice (
    id             INTEGER PRIMARY KEY,
    third_party_id INTEGER NOT NULL REFERENCES third_party (id),
    number         TEXT    NOT NULL UNIQUE CHECK (number <> ''),
    addressee      TEXT    NOT NULL, -- as it was printed: kept as long as the invoice is
    total_cents    INTEGER NOT NULL,
    currency       TEXT    NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    issued_on      TEXT    NOT NULL CHECK (issued_on IS date(issued_on))
) STRICT;
CREATE INDEX invoice_third_party_id ON invoice (third_party_id);
