-- Schema 2 of the register: on which sheet of which file a credential stands, and what was signed anew for a copy.

-- A file of a batch. It is noted, with all that stands in it, before it gets its name, and closed when it has it: a
-- file that is not closed is written again, the same, by whoever takes up the batch.
CREATE TABLE volumes (
    id     INTEGER PRIMARY KEY,
    batch  INTEGER NOT NULL REFERENCES batches (id),
    number INTEGER NOT NULL CHECK (number BETWEEN 1 AND 4294967295),
    file   TEXT    NOT NULL,
    closed INTEGER,
    UNIQUE (batch, number)
) STRICT;

-- Where a print stands; unknown for those of schema 1.
ALTER TABLE prints ADD COLUMN volume INTEGER REFERENCES volumes (id);
ALTER TABLE prints ADD COLUMN sheet INTEGER CHECK (sheet BETWEEN 1 AND 4294967295);
-- What stands in the symbol of a copy that was signed anew, and the key that signed it.
ALTER TABLE prints ADD COLUMN envelope BLOB CHECK (length(envelope) BETWEEN 1 AND 1000000);
ALTER TABLE prints ADD COLUMN kid BLOB CHECK (length(kid) BETWEEN 1 AND 64);

CREATE INDEX prints_volume ON prints (volume, sheet) WHERE volume IS NOT NULL;

CREATE TRIGGER volumes_stay BEFORE DELETE ON volumes
BEGIN SELECT RAISE(ABORT, 'a recorded volume cannot be deleted'); END;

CREATE TRIGGER volumes_keep BEFORE UPDATE ON volumes WHEN old.closed IS NOT NULL
BEGIN SELECT RAISE(ABORT, 'a closed volume cannot be changed'); END;
