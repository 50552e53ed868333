-- Times are microseconds since 1970-01-01T00:00:00Z, sizes bytes, UUIDs their 16 bytes, hashes their 32.
-- AUTOINCREMENT: a number is never given twice, not even that of the last row after its deletion.

CREATE TABLE rooms (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    name           TEXT    NOT NULL,
    slug           TEXT    NOT NULL,
    password_hash  TEXT,
    owner_key_hash BLOB    NOT NULL,
    owner_claimed  INTEGER NOT NULL CHECK (owner_claimed IN (0, 1)),
    status         INTEGER NOT NULL,
    permission     INTEGER NOT NULL,
    max_size       INTEGER NOT NULL CHECK (max_size >= 0),
    stored_size    INTEGER NOT NULL DEFAULT 0 CHECK (stored_size >= 0),
    max_entries    INTEGER,
    entries        INTEGER NOT NULL,
    expire_at      INTEGER,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX rooms_expire_at ON rooms (expire_at) WHERE expire_at IS NOT NULL;

-- What rooms answer to: a row for the name, another for the slug while it differs. This primary key is the rule
-- that names and live slugs are unique among each other.
CREATE TABLE room_addresses (
    address TEXT    NOT NULL PRIMARY KEY,
    room_id INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE INDEX room_addresses_room_id ON room_addresses (room_id);

CREATE TABLE tokens (
    jti        BLOB    NOT NULL PRIMARY KEY,
    room_id    INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sid        BLOB    NOT NULL,
    permission INTEGER NOT NULL,
    owner      INTEGER NOT NULL CHECK (owner IN (0, 1)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX tokens_room_id ON tokens (room_id, sid);
CREATE INDEX tokens_expires_at ON tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash       BLOB    NOT NULL PRIMARY KEY,
    room_id    INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sid        BLOB    NOT NULL,
    owner      INTEGER NOT NULL CHECK (owner IN (0, 1)),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE INDEX refresh_tokens_room_id ON refresh_tokens (room_id, sid);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

CREATE TABLE reservations (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id    INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sid        BLOB    NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    state      TEXT    NOT NULL,
    deadline   INTEGER NOT NULL,
    manifest   TEXT    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

-- Covers the sum of a room's live holds, which every request reads.
CREATE INDEX reservations_room_id ON reservations (room_id, deadline, size);
CREATE INDEX reservations_deadline ON reservations (deadline, size);

CREATE TABLE contents (
    id             INTEGER PRIMARY KEY AUTOINCREMENT,
    room_id        INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    kind           TEXT    NOT NULL,
    file_name      TEXT,
    size           INTEGER NOT NULL CHECK (size >= 0),
    mime_type      TEXT    NOT NULL,
    sha256         BLOB    NOT NULL,
    download_count INTEGER NOT NULL,
    max_downloads  INTEGER,
    expire_at      INTEGER,
    version        INTEGER NOT NULL,
    created_at     INTEGER NOT NULL,
    updated_at     INTEGER NOT NULL
) STRICT;

CREATE INDEX contents_room_id ON contents (room_id, id);
CREATE INDEX contents_expire_at ON contents (expire_at) WHERE expire_at IS NOT NULL;
CREATE INDEX contents_spent ON contents (id) WHERE max_downloads IS NOT NULL AND download_count >= max_downloads;

-- A room's stored bytes are kept here and nowhere else, so that no statement can forget them and every request
-- reads them without adding up.
CREATE TRIGGER contents_added AFTER INSERT ON contents BEGIN
    UPDATE rooms SET stored_size = stored_size + NEW.size WHERE id = NEW.room_id;
END;

CREATE TRIGGER contents_removed AFTER DELETE ON contents BEGIN
    UPDATE rooms SET stored_size = stored_size - OLD.size WHERE id = OLD.room_id;
END;

CREATE TRIGGER contents_moved AFTER UPDATE OF size, room_id ON contents BEGIN
    UPDATE rooms SET stored_size = stored_size - OLD.size WHERE id = OLD.room_id;
    UPDATE rooms SET stored_size = stored_size + NEW.size WHERE id = NEW.room_id;
END;

-- A segment is a blob or, when it is small, bytes kept here.
CREATE TABLE segments (
    content_id INTEGER NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    position   INTEGER NOT NULL,
    size       INTEGER NOT NULL CHECK (size >= 0),
    blob_key   TEXT,
    inline     BLOB,
    PRIMARY KEY (content_id, position),
    CHECK ((blob_key IS NULL) <> (inline IS NULL))
) STRICT;

-- Blobs announced before they are written. No foreign key: an announcement outlives its reservation and its room,
-- or nobody would find what a dead upload left behind.
CREATE TABLE pending_blobs (
    key            TEXT    NOT NULL PRIMARY KEY,
    reservation_id INTEGER NOT NULL,
    until          INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX pending_blobs_reservation_id ON pending_blobs (reservation_id);
CREATE INDEX pending_blobs_until ON pending_blobs (until);

-- Blobs that no row names any more and that wait to be deleted.
CREATE TABLE blob_deletions (
    key TEXT NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
