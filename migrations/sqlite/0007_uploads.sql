-- An upload in pieces: what its hold, a reservation with an empty manifest, is for.
CREATE TABLE uploads (
    reservation_id INTEGER NOT NULL PRIMARY KEY REFERENCES reservations (id) ON DELETE CASCADE,
    id             BLOB    NOT NULL UNIQUE,
    token_hash     BLOB    NOT NULL UNIQUE,
    owner          INTEGER NOT NULL CHECK (owner IN (0, 1)),
    permission     INTEGER NOT NULL,
    files          TEXT    NOT NULL,
    created_at     INTEGER NOT NULL
) STRICT;

-- How far its files have come; one of which nothing has arrived has no row. `hash_state` is the hash of the first
-- `hashed_chunks` chunks.
CREATE TABLE upload_files (
    reservation_id INTEGER NOT NULL REFERENCES reservations (id) ON DELETE CASCADE,
    file_index     INTEGER NOT NULL,
    chunks         INTEGER NOT NULL,
    bytes          INTEGER NOT NULL,
    hashed_chunks  INTEGER NOT NULL,
    hash_state     BLOB    NOT NULL,
    content_id     INTEGER,
    PRIMARY KEY (reservation_id, file_index)
) STRICT, WITHOUT ROWID;

-- Chunks that have arrived. Their blobs are a content's once the file is complete.
CREATE TABLE chunks (
    reservation_id INTEGER NOT NULL REFERENCES reservations (id) ON DELETE CASCADE,
    file_index     INTEGER NOT NULL,
    chunk_index    INTEGER NOT NULL,
    size           INTEGER NOT NULL CHECK (size > 0),
    sha256         BLOB    NOT NULL,
    blob_key       TEXT,
    uploaded_at    INTEGER NOT NULL,
    PRIMARY KEY (reservation_id, file_index, chunk_index)
) STRICT, WITHOUT ROWID;

-- Whatever ends an upload, no statement can forget the blobs that it leaves behind.
CREATE TRIGGER chunks_removed AFTER DELETE ON chunks WHEN OLD.blob_key IS NOT NULL BEGIN
    INSERT INTO blob_deletions (key) VALUES (OLD.blob_key) ON CONFLICT (key) DO NOTHING;
END;
