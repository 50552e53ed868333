-- Times are microseconds since 1970-01-01T00:00:00Z, sizes bytes, UUIDs their 16 bytes, hashes their 32.
-- Every number is a BIGINT and every text is compared byte by byte, so that a row reads and sorts as it does on
-- SQLite, whatever the collation of the database.
-- IDENTITY: a number is never given twice, not even that of a transaction that was undone.

CREATE TABLE rooms (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           TEXT   COLLATE "C" NOT NULL,
    slug           TEXT   COLLATE "C" NOT NULL,
    password_hash  TEXT   COLLATE "C",
    owner_key_hash BYTEA  NOT NULL,
    owner_claimed  BIGINT NOT NULL CHECK (owner_claimed IN (0, 1)),
    status         BIGINT NOT NULL,
    permission     BIGINT NOT NULL,
    max_size       BIGINT NOT NULL CHECK (max_size >= 0),
    stored_size    BIGINT NOT NULL DEFAULT 0 CHECK (stored_size >= 0),
    max_entries    BIGINT,
    entries        BIGINT NOT NULL,
    expire_at      BIGINT,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);

CREATE INDEX rooms_expire_at ON rooms (expire_at) WHERE expire_at IS NOT NULL;

-- What rooms answer to: a row for the name, another for the slug while it differs. This primary key is the rule
-- that names and live slugs are unique among each other.
CREATE TABLE room_addresses (
    address TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    room_id BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE
);

CREATE INDEX room_addresses_room_id ON room_addresses (room_id);

CREATE TABLE tokens (
    jti        BYTEA  NOT NULL PRIMARY KEY,
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sid        BYTEA  NOT NULL,
    permission BIGINT NOT NULL,
    owner      BIGINT NOT NULL CHECK (owner IN (0, 1)),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX tokens_room_id ON tokens (room_id, sid);
CREATE INDEX tokens_expires_at ON tokens (expires_at);

CREATE TABLE refresh_tokens (
    hash       BYTEA  NOT NULL PRIMARY KEY,
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sid        BYTEA  NOT NULL,
    owner      BIGINT NOT NULL CHECK (owner IN (0, 1)),
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at    BIGINT,
    revoked_at BIGINT
);

CREATE INDEX refresh_tokens_room_id ON refresh_tokens (room_id, sid);
CREATE INDEX refresh_tokens_expires_at ON refresh_tokens (expires_at);

CREATE TABLE reservations (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    sid        BYTEA  NOT NULL,
    size       BIGINT NOT NULL CHECK (size >= 0),
    state      TEXT   COLLATE "C" NOT NULL,
    deadline   BIGINT NOT NULL,
    manifest   TEXT   COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

-- Covers the sum of a room's live holds, which every request reads.
CREATE INDEX reservations_room_id ON reservations (room_id, deadline, size);
CREATE INDEX reservations_deadline ON reservations (deadline, size);

CREATE TABLE contents (
    id             BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    room_id        BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    kind           TEXT   COLLATE "C" NOT NULL,
    file_name      TEXT   COLLATE "C",
    size           BIGINT NOT NULL CHECK (size >= 0),
    mime_type      TEXT   COLLATE "C" NOT NULL,
    sha256         BYTEA  NOT NULL,
    download_count BIGINT NOT NULL,
    max_downloads  BIGINT,
    expire_at      BIGINT,
    version        BIGINT NOT NULL,
    created_at     BIGINT NOT NULL,
    updated_at     BIGINT NOT NULL
);

CREATE INDEX contents_room_id ON contents (room_id, id);
CREATE INDEX contents_expire_at ON contents (expire_at) WHERE expire_at IS NOT NULL;
CREATE INDEX contents_spent ON contents (id) WHERE max_downloads IS NOT NULL AND download_count >= max_downloads;

-- A room's stored bytes are kept here and nowhere else, so that no statement can forget them and every request
-- reads them without adding up.
CREATE FUNCTION contents_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET stored_size = stored_size + NEW.size WHERE id = NEW.room_id;
    RETURN NULL;
END $$;

CREATE TRIGGER contents_added AFTER INSERT ON contents
    FOR EACH ROW EXECUTE FUNCTION contents_added();

-- Once a statement, not once a row: each update of a room within one transaction leaves a version that the next
-- one has to step over.
CREATE FUNCTION contents_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET stored_size = stored_size - gone.size
    FROM (SELECT room_id, SUM(size)::bigint AS size FROM removed GROUP BY room_id) AS gone
    WHERE rooms.id = gone.room_id;
    RETURN NULL;
END $$;

CREATE TRIGGER contents_removed AFTER DELETE ON contents
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION contents_removed();

CREATE FUNCTION contents_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET stored_size = stored_size - OLD.size WHERE id = OLD.room_id;
    UPDATE rooms SET stored_size = stored_size + NEW.size WHERE id = NEW.room_id;
    RETURN NULL;
END $$;

CREATE TRIGGER contents_moved AFTER UPDATE OF size, room_id ON contents
    FOR EACH ROW EXECUTE FUNCTION contents_moved();

-- A segment is a blob or, when it is small, bytes kept here.
CREATE TABLE segments (
    content_id BIGINT NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    position   BIGINT NOT NULL,
    size       BIGINT NOT NULL CHECK (size >= 0),
    blob_key   TEXT   COLLATE "C",
    inline     BYTEA,
    PRIMARY KEY (content_id, position),
    CHECK ((blob_key IS NULL) <> (inline IS NULL))
);

-- Blobs announced before they are written. No foreign key: an announcement outlives its reservation and its room,
-- or nobody would find what a dead upload left behind.
CREATE TABLE pending_blobs (
    key            TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
    reservation_id BIGINT NOT NULL,
    until          BIGINT NOT NULL
);

CREATE INDEX pending_blobs_reservation_id ON pending_blobs (reservation_id);
CREATE INDEX pending_blobs_until ON pending_blobs (until);

-- Blobs that no row names any more and that wait to be deleted.
CREATE TABLE blob_deletions (
    key TEXT COLLATE "C" NOT NULL PRIMARY KEY
);
