-- Which papers were scanned back after they were printed, and how well they read.

CREATE TABLE readbacks (
    id     INTEGER PRIMARY KEY,
    serial BLOB    NOT NULL REFERENCES credentials (serial),
    copy   INTEGER NOT NULL CHECK (copy >= 1),
    at     INTEGER NOT NULL,
    -- From 4 (best) to 0, in the manner of ISO/IEC 15415.
    grade  INTEGER NOT NULL CHECK (grade BETWEEN 0 AND 4),
    file   TEXT    NOT NULL
) STRICT;

CREATE INDEX readbacks_serial ON readbacks (serial, copy, grade);

CREATE TRIGGER readbacks_stay BEFORE DELETE ON readbacks
BEGIN SELECT RAISE(ABORT, 'a recorded read-back cannot be deleted'); END;

CREATE TRIGGER readbacks_keep BEFORE UPDATE ON readbacks
BEGIN SELECT RAISE(ABORT, 'a recorded read-back cannot be changed'); END;
