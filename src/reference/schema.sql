-- The reference schema of crm-admin: a small CRM, drawn with care. SQLite 3.51 or later.
--
-- How things are stored, everywhere:
--   moments    TEXT, UTC, to the second: 2026-05-04T09:30:00Z. They sort as text, and a person can read them.
--   days       TEXT: 2026-05-04.
--   money      INTEGER, in hundredths, with its currency (ISO 4217) beside it. Never a fraction.
--   yes or no  INTEGER, 0 or 1, checked.
--   numbers of rows that name a person or a company are never given out twice (AUTOINCREMENT): an old log, archive or
--   link must not come to mean somebody else.
-- A row that belongs to one of several kinds of owner has one column per kind, and exactly one of them is filled.
-- Nothing is deleted in cascade: what goes is planned, shown and counted before it goes.
-- No digest of a document is kept: the digest of a file about a person identifies that person.

PRAGMA application_id = 1129467201; -- 'CRMA'
PRAGMA user_version = 2;

-- The ERP -------------------------------------------------------------------------------------------------------------

CREATE TABLE erp_connection (
    id         INTEGER PRIMARY KEY,
    name       TEXT    NOT NULL COLLATE NOCASE UNIQUE,
    url        TEXT    NOT NULL,
    key_sealed BLOB,   -- the ERP's key, sealed under a key file that is not in the database
    login      TEXT,   -- a user of the ERP, of a connection that was set up with one; the key replaces it,
    password   TEXT,   -- and the password, which stops the link when that user changes it
    enabled    INTEGER NOT NULL DEFAULT 1 CHECK (enabled IN (0, 1)),
    synced_at  TEXT    CHECK (synced_at IS strftime('%Y-%m-%dT%H:%M:%SZ', synced_at)),
    created_at TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at))
) STRICT;

-- The ERP's customer or supplier, as last seen. The ERP is its master.
CREATE TABLE third_party (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    erp_connection_id   INTEGER REFERENCES erp_connection (id),
    code                TEXT    NOT NULL UNIQUE CHECK (code <> ''),
    kind                TEXT    NOT NULL CHECK (kind IN ('customer', 'supplier')),
    name                TEXT    NOT NULL COLLATE NOCASE CHECK (name <> ''),
    siret               TEXT    CHECK (length(siret) = 14),
    vat_number          TEXT,
    email               TEXT    COLLATE NOCASE,
    phone               TEXT,
    phone_digits        TEXT    GENERATED ALWAYS AS (
        replace(replace(replace(replace(replace(replace(replace(replace(phone, '(0)', ''), ' ', ''), '.', ''), '-', ''), '/', ''), '(', ''), ')', ''), '+', '')
    ) VIRTUAL, -- what a search finds, however it was typed
    street              TEXT,
    postcode            TEXT,
    town                TEXT,
    country             TEXT    NOT NULL DEFAULT 'FR' CHECK (length(country) = 2),
    balance_cents       INTEGER NOT NULL DEFAULT 0,
    currency            TEXT    NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    last_invoiced_on    TEXT    CHECK (last_invoiced_on IS date(last_invoiced_on)),
    marketing_objection INTEGER NOT NULL DEFAULT 0 CHECK (marketing_objection IN (0, 1)),
    objection_at        TEXT    CHECK (objection_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_at)),
    objection_channel   TEXT    CHECK (objection_channel IN ('mail', 'call', 'letter', 'form', 'meeting', 'import')),
    objection_origin    TEXT    CHECK (objection_origin IN ('person', 'company', 'erp', 'administrator')),
    objection_withdrawn_at TEXT CHECK (objection_withdrawn_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_withdrawn_at)),
    created_at          TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    updated_at          TEXT    NOT NULL CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at))
) STRICT;
CREATE INDEX third_party_erp_connection_id ON third_party (erp_connection_id);
CREATE INDEX third_party_name ON third_party (name);

-- Relations -----------------------------------------------------------------------------------------------------------

CREATE TABLE company (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    name                TEXT    NOT NULL COLLATE NOCASE CHECK (name <> ''),
    legal_form          TEXT,
    siret               TEXT    UNIQUE CHECK (length(siret) = 14),
    siren               TEXT    GENERATED ALWAYS AS (substr(siret, 1, 9)) VIRTUAL,
    vat_number          TEXT,
    trade               TEXT,
    website             TEXT,
    headcount           INTEGER CHECK (headcount >= 0),
    turnover_cents      INTEGER,
    currency            TEXT    NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    parent_id           INTEGER REFERENCES company (id) CHECK (parent_id <> id),
    third_party_id      INTEGER UNIQUE REFERENCES third_party (id), -- linked to the ERP when filled
    assigned_to         INTEGER REFERENCES user (id),
    marketing_objection INTEGER NOT NULL DEFAULT 0 CHECK (marketing_objection IN (0, 1)), -- holds for its contacts too
    objection_at        TEXT    CHECK (objection_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_at)),
    objection_channel   TEXT    CHECK (objection_channel IN ('mail', 'call', 'letter', 'form', 'meeting', 'import')),
    objection_origin    TEXT    CHECK (objection_origin IN ('person', 'company', 'erp', 'administrator')),
    objection_withdrawn_at TEXT CHECK (objection_withdrawn_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_withdrawn_at)),
    custom              TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
    created_at          TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    updated_at          TEXT    NOT NULL CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at))
) STRICT;
CREATE INDEX company_name ON company (name);
CREATE INDEX company_parent_id ON company (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX company_assigned_to ON company (assigned_to);

CREATE TABLE contact (
    id                  INTEGER PRIMARY KEY AUTOINCREMENT,
    company_id          INTEGER REFERENCES company (id),
    civility            TEXT    CHECK (civility IN ('M.', 'Mme')),
    given_name          TEXT    NOT NULL DEFAULT '',
    family_name         TEXT    NOT NULL COLLATE NOCASE CHECK (family_name <> ''),
    full_name           TEXT    GENERATED ALWAYS AS (trim(given_name || ' ' || family_name)) VIRTUAL,
    birth_date          TEXT    CHECK (birth_date IS date(birth_date)),
    job_title           TEXT,
    language            TEXT    NOT NULL DEFAULT 'fr',
    assigned_to         INTEGER REFERENCES user (id),
    merged_into         INTEGER REFERENCES contact (id) CHECK (merged_into <> id), -- a duplicate of that contact
    marketing_objection INTEGER NOT NULL DEFAULT 0 CHECK (marketing_objection IN (0, 1)),
    objection_at        TEXT    CHECK (objection_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_at)),
    objection_channel   TEXT    CHECK (objection_channel IN ('mail', 'call', 'letter', 'form', 'meeting', 'import')),
    objection_origin    TEXT    CHECK (objection_origin IN ('person', 'company', 'erp', 'administrator')),
    custom              TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
    created_at          TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    updated_at          TEXT    NOT NULL CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at))
) STRICT;
CREATE INDEX contact_name ON contact (family_name, given_name);
CREATE INDEX contact_company_id ON contact (company_id);
CREATE INDEX contact_assigned_to ON contact (assigned_to);
CREATE INDEX contact_merged_into ON contact (merged_into) WHERE merged_into IS NOT NULL;

-- Somebody who may become a customer. What is known of a lead stands in its own row.
CREATE TABLE lead (
    id                   INTEGER PRIMARY KEY AUTOINCREMENT,
    civility             TEXT    CHECK (civility IN ('M.', 'Mme')),
    given_name           TEXT    NOT NULL DEFAULT '',
    family_name          TEXT    NOT NULL COLLATE NOCASE DEFAULT '',
    full_name            TEXT    GENERATED ALWAYS AS (trim(given_name || ' ' || family_name)) VIRTUAL,
    company_name         TEXT,
    job_title            TEXT,
    email                TEXT    COLLATE NOCASE,
    phone                TEXT,
    phone_digits         TEXT    GENERATED ALWAYS AS (
        replace(replace(replace(replace(replace(replace(replace(replace(phone, '(0)', ''), ' ', ''), '.', ''), '-', ''), '/', ''), '(', ''), ')', ''), '+', '')
    ) VIRTUAL, -- what a search finds, however it was typed
    street               TEXT,
    postcode             TEXT,
    town                 TEXT,
    country              TEXT    NOT NULL DEFAULT 'FR' CHECK (length(country) = 2),
    source               TEXT    NOT NULL CHECK (source IN ('website', 'fair', 'call', 'referral', 'purchase')),
    status               TEXT    NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'contacted', 'qualified', 'converted', 'lost')),
    converted_contact_id INTEGER REFERENCES contact (id), -- the contact that this lead has become
    assigned_to          INTEGER REFERENCES user (id),
    marketing_objection  INTEGER NOT NULL DEFAULT 0 CHECK (marketing_objection IN (0, 1)),
    objection_at         TEXT    CHECK (objection_at IS strftime('%Y-%m-%dT%H:%M:%SZ', objection_at)),
    objection_channel    TEXT    CHECK (objection_channel IN ('mail', 'call', 'letter', 'form', 'meeting', 'import')),
    objection_origin     TEXT    CHECK (objection_origin IN ('person', 'company', 'erp', 'administrator')),
    custom               TEXT    NOT NULL DEFAULT '{}' CHECK (json_valid(custom)),
    created_at           TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    updated_at           TEXT    NOT NULL CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at)),
    CHECK (given_name || family_name || coalesce(company_name, '') <> ''),
    CHECK (converted_contact_id IS NULL OR status = 'converted')
) STRICT;
CREATE INDEX lead_name ON lead (family_name, given_name);
CREATE INDEX lead_email ON lead (email);
CREATE INDEX lead_converted_contact_id ON lead (converted_contact_id) WHERE converted_contact_id IS NOT NULL;
CREATE INDEX lead_assigned_to ON lead (assigned_to);

-- How to reach them ---------------------------------------------------------------------------------------------------

CREATE TABLE address (
    id         INTEGER PRIMARY KEY,
    company_id INTEGER REFERENCES company (id),
    contact_id INTEGER REFERENCES contact (id),
    kind       TEXT    NOT NULL DEFAULT 'main' CHECK (kind IN ('main', 'billing', 'delivery', 'home')),
    street     TEXT    NOT NULL DEFAULT '',
    complement TEXT,
    postcode   TEXT    NOT NULL DEFAULT '',
    town       TEXT    NOT NULL DEFAULT '',
    country    TEXT    NOT NULL DEFAULT 'FR' CHECK (length(country) = 2),
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX address_company_id ON address (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX address_contact_id ON address (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX address_postcode ON address (postcode);

CREATE TABLE phone (
    id         INTEGER PRIMARY KEY,
    company_id INTEGER REFERENCES company (id),
    contact_id INTEGER REFERENCES contact (id),
    kind       TEXT    NOT NULL CHECK (kind IN ('mobile', 'landline', 'fax')),
    number     TEXT    NOT NULL CHECK (number <> ''), -- as it was typed
    e164       TEXT,                                  -- the same number as a machine dials it: +33123456789
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX phone_company_id ON phone (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX phone_contact_id ON phone (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX phone_e164 ON phone (e164);

CREATE TABLE email (
    id         INTEGER PRIMARY KEY,
    company_id INTEGER REFERENCES company (id),
    contact_id INTEGER REFERENCES contact (id),
    kind       TEXT    NOT NULL DEFAULT 'work' CHECK (kind IN ('work', 'home')),
    address    TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (address LIKE '%_@_%'),
    main       INTEGER NOT NULL DEFAULT 1 CHECK (main IN (0, 1)),
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX email_company_id ON email (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX email_contact_id ON email (contact_id) WHERE contact_id IS NOT NULL;

CREATE TABLE bank_account (
    id             INTEGER PRIMARY KEY,
    company_id     INTEGER REFERENCES company (id),
    third_party_id INTEGER REFERENCES third_party (id),
    holder         TEXT    NOT NULL,
    iban           TEXT    NOT NULL UNIQUE CHECK (length(iban) BETWEEN 15 AND 34),
    bic            TEXT    CHECK (length(bic) IN (8, 11)),
    CHECK ((company_id IS NOT NULL) + (third_party_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX bank_account_company_id ON bank_account (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX bank_account_third_party_id ON bank_account (third_party_id) WHERE third_party_id IS NOT NULL;

-- What is done with them ----------------------------------------------------------------------------------------------

CREATE TABLE opportunity (
    id              INTEGER PRIMARY KEY,
    company_id      INTEGER REFERENCES company (id),
    contact_id      INTEGER REFERENCES contact (id),
    lead_id         INTEGER REFERENCES lead (id),
    main_contact_id INTEGER REFERENCES contact (id), -- whom to speak to; not whose it is
    assigned_to     INTEGER REFERENCES user (id),
    title           TEXT    NOT NULL CHECK (title <> ''),
    stage           TEXT    NOT NULL CHECK (stage IN ('discovery', 'proposal', 'negotiation', 'won', 'lost')),
    amount_cents    INTEGER NOT NULL DEFAULT 0 CHECK (amount_cents >= 0),
    currency        TEXT    NOT NULL DEFAULT 'EUR' CHECK (length(currency) = 3),
    probability     INTEGER NOT NULL DEFAULT 50 CHECK (probability BETWEEN 0 AND 100),
    expected_on     TEXT    CHECK (expected_on IS date(expected_on)),
    created_at      TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    updated_at      TEXT    NOT NULL CHECK (updated_at IS strftime('%Y-%m-%dT%H:%M:%SZ', updated_at)),
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) + (lead_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX opportunity_company_id ON opportunity (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX opportunity_contact_id ON opportunity (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX opportunity_lead_id ON opportunity (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX opportunity_main_contact_id ON opportunity (main_contact_id) WHERE main_contact_id IS NOT NULL;
CREATE INDEX opportunity_assigned_to ON opportunity (assigned_to);

-- What an opportunity was before: one row for each change of its stage, amount or date.
CREATE TABLE opportunity_history (
    id             INTEGER PRIMARY KEY,
    opportunity_id INTEGER NOT NULL REFERENCES opportunity (id),
    title          TEXT    NOT NULL,
    stage          TEXT    NOT NULL,
    amount_cents   INTEGER NOT NULL,
    currency       TEXT    NOT NULL,
    probability    INTEGER NOT NULL,
    expected_on    TEXT,
    updated_at     TEXT    NOT NULL -- since when it had been so
) STRICT;
CREATE INDEX opportunity_history_opportunity_id ON opportunity_history (opportunity_id);

-- Not for a new title: an erased title would be copied here on its way out.
CREATE TRIGGER opportunity_changed AFTER UPDATE OF stage, amount_cents, currency, probability, expected_on ON opportunity
WHEN (OLD.stage, OLD.amount_cents, OLD.currency, OLD.probability, OLD.expected_on)
    IS NOT (NEW.stage, NEW.amount_cents, NEW.currency, NEW.probability, NEW.expected_on)
BEGIN
    INSERT INTO opportunity_history
        (opportunity_id, title, stage, amount_cents, currency, probability, expected_on, updated_at)
    VALUES
        (OLD.id, OLD.title, OLD.stage, OLD.amount_cents, OLD.currency, OLD.probability, OLD.expected_on, OLD.updated_at);
END;

CREATE TABLE communication (
    id               INTEGER PRIMARY KEY,
    company_id       INTEGER REFERENCES company (id),
    contact_id       INTEGER REFERENCES contact (id),
    lead_id          INTEGER REFERENCES lead (id),
    opportunity_id   INTEGER REFERENCES opportunity (id), -- what it was about
    user_id          INTEGER REFERENCES user (id),        -- who wrote, called or met
    kind             TEXT    NOT NULL CHECK (kind IN ('mail', 'call', 'meeting')),
    inbound          INTEGER NOT NULL CHECK (inbound IN (0, 1)), -- they came to us
    counterpart      TEXT,                                -- of a mail its address, of a call its number, else a place
    copied_to        TEXT,                                -- addresses, separated by commas
    subject          TEXT    NOT NULL DEFAULT '',
    body             TEXT    NOT NULL DEFAULT '',
    duration_minutes INTEGER CHECK (duration_minutes >= 0),
    happened_at      TEXT    NOT NULL CHECK (happened_at IS strftime('%Y-%m-%dT%H:%M:%SZ', happened_at)),
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) + (lead_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX communication_company_id ON communication (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX communication_contact_id ON communication (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX communication_lead_id ON communication (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX communication_opportunity_id ON communication (opportunity_id) WHERE opportunity_id IS NOT NULL;
CREATE INDEX communication_user_id ON communication (user_id);

CREATE TABLE note (
    id             INTEGER PRIMARY KEY,
    company_id     INTEGER REFERENCES company (id),
    contact_id     INTEGER REFERENCES contact (id),
    lead_id        INTEGER REFERENCES lead (id),
    third_party_id INTEGER REFERENCES third_party (id),
    title          TEXT    NOT NULL DEFAULT '',
    body           TEXT    NOT NULL DEFAULT '',
    created_by     INTEGER REFERENCES user (id),
    created_at     TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) + (lead_id IS NOT NULL) + (third_party_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX note_company_id ON note (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX note_contact_id ON note (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX note_lead_id ON note (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX note_third_party_id ON note (third_party_id) WHERE third_party_id IS NOT NULL;
CREATE INDEX note_created_by ON note (created_by);

-- Words of the notes; the text itself stays in the notes.
CREATE VIRTUAL TABLE note_search USING fts5 (
    title, body, content = 'note', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER note_added AFTER INSERT ON note BEGIN
    INSERT INTO note_search (rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);
END;
CREATE TRIGGER note_removed AFTER DELETE ON note BEGIN
    INSERT INTO note_search (note_search, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body);
END;
CREATE TRIGGER note_changed AFTER UPDATE OF id, title, body ON note BEGIN
    INSERT INTO note_search (note_search, rowid, title, body) VALUES ('delete', OLD.id, OLD.title, OLD.body);
    INSERT INTO note_search (rowid, title, body) VALUES (NEW.id, NEW.title, NEW.body);
END;

CREATE TABLE document (
    id               INTEGER PRIMARY KEY,
    company_id       INTEGER REFERENCES company (id),
    contact_id       INTEGER REFERENCES contact (id),
    lead_id          INTEGER REFERENCES lead (id),
    third_party_id   INTEGER REFERENCES third_party (id),
    communication_id INTEGER REFERENCES communication (id),
    name             TEXT    NOT NULL CHECK (name <> ''),
    media_type       TEXT    NOT NULL,
    description      TEXT,
    size             INTEGER GENERATED ALWAYS AS (length(content)) VIRTUAL,
    created_by       INTEGER REFERENCES user (id),
    created_at       TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    content          BLOB    NOT NULL, -- last, so that a list of documents reads none of them
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) + (lead_id IS NOT NULL) + (third_party_id IS NOT NULL)
        + (communication_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX document_company_id ON document (company_id) WHERE company_id IS NOT NULL;
CREATE INDEX document_contact_id ON document (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX document_lead_id ON document (lead_id) WHERE lead_id IS NOT NULL;
CREATE INDEX document_third_party_id ON document (third_party_id) WHERE third_party_id IS NOT NULL;
CREATE INDEX document_communication_id ON document (communication_id) WHERE communication_id IS NOT NULL;
CREATE INDEX document_created_by ON document (created_by);

-- Mailing lists, salons, rounds of visits.
CREATE TABLE relation_group (
    id          INTEGER PRIMARY KEY,
    name        TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
    description TEXT,
    created_by  INTEGER REFERENCES user (id),
    created_at  TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at))
) STRICT;
CREATE INDEX relation_group_created_by ON relation_group (created_by);

CREATE TABLE relation_group_member (
    id         INTEGER PRIMARY KEY,
    group_id   INTEGER NOT NULL REFERENCES relation_group (id),
    company_id INTEGER REFERENCES company (id),
    contact_id INTEGER REFERENCES contact (id),
    lead_id    INTEGER REFERENCES lead (id),
    CHECK ((company_id IS NOT NULL) + (contact_id IS NOT NULL) + (lead_id IS NOT NULL) = 1)
) STRICT;
CREATE INDEX relation_group_member_group_id ON relation_group_member (group_id);
CREATE UNIQUE INDEX relation_group_member_company_id ON relation_group_member (company_id, group_id) WHERE company_id IS NOT NULL;
CREATE UNIQUE INDEX relation_group_member_contact_id ON relation_group_member (contact_id, group_id) WHERE contact_id IS NOT NULL;
CREATE UNIQUE INDEX relation_group_member_lead_id ON relation_group_member (lead_id, group_id) WHERE lead_id IS NOT NULL;

-- What a search finds -------------------------------------------------------------------------------------------------

-- Words of names, mail addresses, numbers and towns, without accents; the text itself stays in the tables. The triggers
-- keep them in step. A row of its own for each address: a relation is found by words of any of its rows.
CREATE VIRTUAL TABLE third_party_search USING fts5 (
    name, email, phone_digits, town, content = 'third_party', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER third_party_added AFTER INSERT ON third_party BEGIN
    INSERT INTO third_party_search (rowid, name, email, phone_digits, town) VALUES (NEW.id, NEW.name, NEW.email, NEW.phone_digits, NEW.town);
END;
CREATE TRIGGER third_party_removed AFTER DELETE ON third_party BEGIN
    INSERT INTO third_party_search (third_party_search, rowid, name, email, phone_digits, town) VALUES ('delete', OLD.id, OLD.name, OLD.email, OLD.phone_digits, OLD.town);
END;
CREATE TRIGGER third_party_changed AFTER UPDATE OF id, name, email, phone, town ON third_party BEGIN
    INSERT INTO third_party_search (third_party_search, rowid, name, email, phone_digits, town) VALUES ('delete', OLD.id, OLD.name, OLD.email, OLD.phone_digits, OLD.town);
    INSERT INTO third_party_search (rowid, name, email, phone_digits, town) VALUES (NEW.id, NEW.name, NEW.email, NEW.phone_digits, NEW.town);
END;

CREATE VIRTUAL TABLE company_search USING fts5 (
    name, content = 'company', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER company_added AFTER INSERT ON company BEGIN
    INSERT INTO company_search (rowid, name) VALUES (NEW.id, NEW.name);
END;
CREATE TRIGGER company_removed AFTER DELETE ON company BEGIN
    INSERT INTO company_search (company_search, rowid, name) VALUES ('delete', OLD.id, OLD.name);
END;
CREATE TRIGGER company_changed AFTER UPDATE OF id, name ON company BEGIN
    INSERT INTO company_search (company_search, rowid, name) VALUES ('delete', OLD.id, OLD.name);
    INSERT INTO company_search (rowid, name) VALUES (NEW.id, NEW.name);
END;

CREATE VIRTUAL TABLE contact_search USING fts5 (
    given_name, family_name, content = 'contact', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER contact_added AFTER INSERT ON contact BEGIN
    INSERT INTO contact_search (rowid, given_name, family_name) VALUES (NEW.id, NEW.given_name, NEW.family_name);
END;
CREATE TRIGGER contact_removed AFTER DELETE ON contact BEGIN
    INSERT INTO contact_search (contact_search, rowid, given_name, family_name) VALUES ('delete', OLD.id, OLD.given_name, OLD.family_name);
END;
CREATE TRIGGER contact_changed AFTER UPDATE OF id, given_name, family_name ON contact BEGIN
    INSERT INTO contact_search (contact_search, rowid, given_name, family_name) VALUES ('delete', OLD.id, OLD.given_name, OLD.family_name);
    INSERT INTO contact_search (rowid, given_name, family_name) VALUES (NEW.id, NEW.given_name, NEW.family_name);
END;

CREATE VIRTUAL TABLE lead_search USING fts5 (
    given_name, family_name, company_name, email, phone_digits, town, content = 'lead', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER lead_added AFTER INSERT ON lead BEGIN
    INSERT INTO lead_search (rowid, given_name, family_name, company_name, email, phone_digits, town) VALUES (NEW.id, NEW.given_name, NEW.family_name, NEW.company_name, NEW.email, NEW.phone_digits, NEW.town);
END;
CREATE TRIGGER lead_removed AFTER DELETE ON lead BEGIN
    INSERT INTO lead_search (lead_search, rowid, given_name, family_name, company_name, email, phone_digits, town) VALUES ('delete', OLD.id, OLD.given_name, OLD.family_name, OLD.company_name, OLD.email, OLD.phone_digits, OLD.town);
END;
CREATE TRIGGER lead_changed AFTER UPDATE OF id, given_name, family_name, company_name, email, phone, town ON lead BEGIN
    INSERT INTO lead_search (lead_search, rowid, given_name, family_name, company_name, email, phone_digits, town) VALUES ('delete', OLD.id, OLD.given_name, OLD.family_name, OLD.company_name, OLD.email, OLD.phone_digits, OLD.town);
    INSERT INTO lead_search (rowid, given_name, family_name, company_name, email, phone_digits, town) VALUES (NEW.id, NEW.given_name, NEW.family_name, NEW.company_name, NEW.email, NEW.phone_digits, NEW.town);
END;

CREATE VIRTUAL TABLE address_search USING fts5 (
    town, content = 'address', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER address_added AFTER INSERT ON address BEGIN
    INSERT INTO address_search (rowid, town) VALUES (NEW.id, NEW.town);
END;
CREATE TRIGGER address_removed AFTER DELETE ON address BEGIN
    INSERT INTO address_search (address_search, rowid, town) VALUES ('delete', OLD.id, OLD.town);
END;
CREATE TRIGGER address_changed AFTER UPDATE OF id, town ON address BEGIN
    INSERT INTO address_search (address_search, rowid, town) VALUES ('delete', OLD.id, OLD.town);
    INSERT INTO address_search (rowid, town) VALUES (NEW.id, NEW.town);
END;

CREATE VIRTUAL TABLE phone_search USING fts5 (
    number, e164, content = 'phone', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER phone_added AFTER INSERT ON phone BEGIN
    INSERT INTO phone_search (rowid, number, e164) VALUES (NEW.id, NEW.number, NEW.e164);
END;
CREATE TRIGGER phone_removed AFTER DELETE ON phone BEGIN
    INSERT INTO phone_search (phone_search, rowid, number, e164) VALUES ('delete', OLD.id, OLD.number, OLD.e164);
END;
CREATE TRIGGER phone_changed AFTER UPDATE OF id, number, e164 ON phone BEGIN
    INSERT INTO phone_search (phone_search, rowid, number, e164) VALUES ('delete', OLD.id, OLD.number, OLD.e164);
    INSERT INTO phone_search (rowid, number, e164) VALUES (NEW.id, NEW.number, NEW.e164);
END;

CREATE VIRTUAL TABLE email_search USING fts5 (
    address, content = 'email', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER email_added AFTER INSERT ON email BEGIN
    INSERT INTO email_search (rowid, address) VALUES (NEW.id, NEW.address);
END;
CREATE TRIGGER email_removed AFTER DELETE ON email BEGIN
    INSERT INTO email_search (email_search, rowid, address) VALUES ('delete', OLD.id, OLD.address);
END;
CREATE TRIGGER email_changed AFTER UPDATE OF id, address ON email BEGIN
    INSERT INTO email_search (email_search, rowid, address) VALUES ('delete', OLD.id, OLD.address);
    INSERT INTO email_search (rowid, address) VALUES (NEW.id, NEW.address);
END;

-- Whom marketing may write to: nobody who objects, nobody whose company does, no duplicate.
CREATE VIEW marketing_contacts AS
SELECT contact.id, contact.civility, contact.full_name, contact.job_title, company.name AS company, email.address AS email
FROM contact
    JOIN email ON email.contact_id = contact.id AND email.main = 1
    LEFT JOIN company ON company.id = contact.company_id
WHERE contact.marketing_objection = 0 AND coalesce(company.marketing_objection, 0) = 0 AND contact.merged_into IS NULL;
