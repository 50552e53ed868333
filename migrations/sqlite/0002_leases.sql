-- Work that is done by one process at a time: whose turn it is, and until when unless that is prolonged.
CREATE TABLE leases (
    name   TEXT    NOT NULL PRIMARY KEY,
    holder BLOB    NOT NULL,
    until  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
