-- Schema 1 of the register. Times are seconds since 1970-01-01T00:00:00Z.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- One run of `issue`. The digest is that of the list and of everything that decides what is issued from it.
CREATE TABLE batches (
    id       INTEGER PRIMARY KEY,
    type     TEXT    NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
    digest   BLOB    NOT NULL CHECK (length(digest) = 32),
    output   TEXT    NOT NULL,
    planned  INTEGER NOT NULL CHECK (planned >= 0),
    started  INTEGER NOT NULL,
    finished INTEGER
) STRICT;

CREATE UNIQUE INDEX batches_unfinished ON batches (type, digest) WHERE finished IS NULL;

-- Which places of a status list (65,536 bits) were ever handed out, whether or not a credential came of it.
CREATE TABLE status_lists (
    list  INTEGER PRIMARY KEY CHECK (list BETWEEN 0 AND 4294967295),
    used  INTEGER NOT NULL CHECK (used BETWEEN 0 AND 65536),
    taken BLOB    NOT NULL CHECK (length(taken) = 8192)
) STRICT;

CREATE TABLE credentials (
    number       INTEGER PRIMARY KEY,
    serial       BLOB    NOT NULL UNIQUE CHECK (length(serial) = 5),
    batch        INTEGER NOT NULL REFERENCES batches (id),
    list_row     INTEGER NOT NULL CHECK (list_row BETWEEN 0 AND 4294967295),
    type         TEXT    NOT NULL CHECK (length(type) BETWEEN 1 AND 100),
    subject      TEXT    NOT NULL CHECK (length(subject) BETWEEN 1 AND 500),
    name_key     TEXT    NOT NULL CHECK (length(name_key) <= 1000),
    name         TEXT    NOT NULL CHECK (length(name) <= 1000),
    search       TEXT    NOT NULL,
    issued       INTEGER NOT NULL,
    expires      INTEGER,
    status_list  INTEGER REFERENCES status_lists (list),
    status_index INTEGER CHECK (status_index BETWEEN 0 AND 65535),
    wire         TEXT    NOT NULL CHECK (length(wire) BETWEEN 1 AND 100),
    kid          BLOB    NOT NULL CHECK (length(kid) BETWEEN 1 AND 64),
    envelope     BLOB    NOT NULL CHECK (length(envelope) BETWEEN 1 AND 1000000),
    record       TEXT    NOT NULL CHECK (length(record) <= 1000000),
    photo        BLOB    CHECK (length(photo) BETWEEN 1 AND 1000000),
    supersedes   BLOB    UNIQUE REFERENCES credentials (serial),
    copy         INTEGER NOT NULL CHECK (copy BETWEEN 0 AND 4294967295),
    status       TEXT    NOT NULL CHECK (status IN ('valid', 'suspended', 'revoked', 'superseded')),
    current      INTEGER NOT NULL CHECK (current IN (0, 1)),
    UNIQUE (batch, list_row),
    UNIQUE (status_list, status_index),
    CHECK ((status_list IS NULL) = (status_index IS NULL)),
    CHECK (current = 0 OR status <> 'superseded'),
    CHECK (current = 1 OR status IN ('superseded', 'revoked')),
    CHECK (supersedes <> serial)
) STRICT;

-- Nobody is issued the same type twice: a person has at most one current credential of a type.
CREATE UNIQUE INDEX credentials_one_current ON credentials (type, subject) WHERE current = 1;
CREATE INDEX credentials_subject ON credentials (subject);
CREATE INDEX credentials_name_key ON credentials (type, name_key) WHERE current = 1;
CREATE INDEX credentials_not_valid ON credentials (status_list, status_index) WHERE status <> 'valid';

CREATE TABLE prints (
    serial BLOB    NOT NULL REFERENCES credentials (serial),
    copy   INTEGER NOT NULL CHECK (copy >= 1),
    at     INTEGER NOT NULL,
    file   TEXT    NOT NULL,
    PRIMARY KEY (serial, copy)
) STRICT, WITHOUT ROWID;

CREATE TABLE status_changes (
    id     INTEGER PRIMARY KEY,
    serial BLOB    NOT NULL REFERENCES credentials (serial),
    at     INTEGER NOT NULL,
    status TEXT    NOT NULL CHECK (status IN ('valid', 'suspended', 'revoked', 'superseded')),
    reason TEXT    NOT NULL CHECK (length(reason) BETWEEN 1 AND 1000)
) STRICT;

CREATE INDEX status_changes_serial ON status_changes (serial);

-- The register is a book, not a notepad: what was handed out stays written.
CREATE TRIGGER credentials_stay BEFORE DELETE ON credentials
BEGIN SELECT RAISE(ABORT, 'a recorded credential cannot be deleted'); END;

CREATE TRIGGER credentials_keep_what_was_signed
BEFORE UPDATE OF serial, batch, list_row, type, subject, issued, expires, status_list, status_index, wire, kid, envelope,
    supersedes, copy ON credentials
BEGIN SELECT RAISE(ABORT, 'what was signed cannot be changed'); END;

CREATE TRIGGER prints_stay BEFORE DELETE ON prints
BEGIN SELECT RAISE(ABORT, 'a recorded print cannot be deleted'); END;

CREATE TRIGGER prints_keep BEFORE UPDATE ON prints
BEGIN SELECT RAISE(ABORT, 'a recorded print cannot be changed'); END;

CREATE TRIGGER status_changes_stay BEFORE DELETE ON status_changes
BEGIN SELECT RAISE(ABORT, 'a recorded change of status cannot be deleted'); END;

CREATE TRIGGER status_changes_keep BEFORE UPDATE ON status_changes
BEGIN SELECT RAISE(ABORT, 'a recorded change of status cannot be changed'); END;
