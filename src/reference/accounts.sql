-- Who logs in, and by which policy: the same tables in the reference CRM and in the reference ERP.

-- Accounts ------------------------------------------------------------------------------------------------------------

-- The password policy stands here (password.*), and how mail goes out (mail.*).
CREATE TABLE setting (
    name  TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- What a new user starts with. A NULL follows the policy of the settings.
CREATE TABLE user_template (
    id                        INTEGER PRIMARY KEY,
    name                      TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (name <> ''),
    language                  TEXT    NOT NULL DEFAULT 'fr',
    administrator             INTEGER NOT NULL DEFAULT 0 CHECK (administrator IN (0, 1)),
    password_minimum_length   INTEGER CHECK (password_minimum_length BETWEEN 0 AND 1024),
    password_minimum_classes  INTEGER CHECK (password_minimum_classes BETWEEN 0 AND 4),
    password_maximum_age_days INTEGER CHECK (password_maximum_age_days >= 0),
    password_must_change      INTEGER NOT NULL DEFAULT 1 CHECK (password_must_change IN (0, 1)),
    password_never_expires    INTEGER NOT NULL DEFAULT 0 CHECK (password_never_expires IN (0, 1)),
    password_hash             TEXT    -- a password that every new user shares: better NULL
) STRICT;

CREATE TABLE user (
    id                       INTEGER PRIMARY KEY AUTOINCREMENT,
    login                    TEXT    NOT NULL COLLATE NOCASE UNIQUE CHECK (login <> ''),
    email                    TEXT    COLLATE NOCASE UNIQUE CHECK (email LIKE '%_@_%'),
    given_name               TEXT    NOT NULL DEFAULT '',
    family_name              TEXT    NOT NULL DEFAULT '',
    full_name                TEXT    GENERATED ALWAYS AS (trim(given_name || ' ' || family_name)) VIRTUAL,
    phone                    TEXT,
    language                 TEXT    NOT NULL DEFAULT 'fr',
    signature                TEXT,
    template_id              INTEGER REFERENCES user_template (id),
    administrator            INTEGER NOT NULL DEFAULT 0 CHECK (administrator IN (0, 1)),
    active                   INTEGER NOT NULL DEFAULT 1 CHECK (active IN (0, 1)),
    password_hash            TEXT,   -- NULL: nobody can log in yet
    password_changed_at      TEXT    CHECK (password_changed_at IS strftime('%Y-%m-%dT%H:%M:%SZ', password_changed_at)),
    password_must_change     INTEGER NOT NULL DEFAULT 1 CHECK (password_must_change IN (0, 1)),
    password_temporary_until TEXT    CHECK (password_temporary_until IS strftime('%Y-%m-%dT%H:%M:%SZ', password_temporary_until)),
    password_never_expires   INTEGER NOT NULL DEFAULT 0 CHECK (password_never_expires IN (0, 1)),
    last_login_at            TEXT    CHECK (last_login_at IS strftime('%Y-%m-%dT%H:%M:%SZ', last_login_at)),
    created_at               TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at))
) STRICT;
CREATE INDEX user_template_id ON user (template_id);

CREATE TABLE user_preference (
    user_id          INTEGER PRIMARY KEY REFERENCES user (id),
    exclude_objected INTEGER NOT NULL DEFAULT 1 CHECK (exclude_objected IN (0, 1)), -- lists leave out who objects to marketing
    rows_per_page    INTEGER NOT NULL DEFAULT 50 CHECK (rows_per_page BETWEEN 1 AND 1000),
    home_page        TEXT    NOT NULL DEFAULT 'dashboard'
) STRICT;

CREATE TABLE session (
    id           INTEGER PRIMARY KEY,
    user_id      INTEGER NOT NULL REFERENCES user (id),
    token_digest TEXT    NOT NULL UNIQUE,
    ip_address   TEXT,
    user_agent   TEXT,
    created_at   TEXT    NOT NULL CHECK (created_at IS strftime('%Y-%m-%dT%H:%M:%SZ', created_at)),
    expires_at   TEXT    NOT NULL CHECK (expires_at IS strftime('%Y-%m-%dT%H:%M:%SZ', expires_at))
) STRICT;
CREATE INDEX session_user_id ON session (user_id);

