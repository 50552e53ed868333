-- What is true of the whole installation: one row, there from the beginning.
CREATE TABLE installation (
    one           INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    -- What it is known by. The blob store holds the same once `blobs_marked` is set.
    id            BLOB,
    blobs_marked  INTEGER NOT NULL CHECK (blobs_marked IN (0, 1)),
    -- Up to which instant the last sweep removed what was over.
    removed_until INTEGER,
    -- Written to find out whether something can be written.
    probed_at     INTEGER
) STRICT;

INSERT INTO installation (one, blobs_marked) VALUES (1, 0);
