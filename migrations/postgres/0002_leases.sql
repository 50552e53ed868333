-- Work that is done by one process at a time: whose turn it is, and until when unless that is prolonged.
CREATE TABLE leases (
    name   TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    holder BYTEA  NOT NULL,
    until  BIGINT NOT NULL
);
