-- How many papers were verified here, by day, verdict and reason, and how long it took. No paper, no person, no address.

CREATE TABLE verifications (
    day     TEXT    NOT NULL CHECK (day GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    verdict TEXT    NOT NULL CHECK (length(verdict) BETWEEN 1 AND 40),
    reason  TEXT    NOT NULL CHECK (length(reason) <= 40),
    -- The class of the time that it took: it ends at 2^(class/4) ms.
    class   INTEGER NOT NULL CHECK (class BETWEEN 0 AND 100),
    papers  INTEGER NOT NULL CHECK (papers > 0),
    PRIMARY KEY (day, verdict, reason, class)
) STRICT, WITHOUT ROWID;
