-- An upload in pieces: what its hold, a reservation with an empty manifest, is for.
CREATE TABLE uploads (
    reservation_id BIGINT NOT NULL PRIMARY KEY REFERENCES reservations (id) ON DELETE CASCADE,
    id             BYTEA  NOT NULL UNIQUE,
    token_hash     BYTEA  NOT NULL UNIQUE,
    owner          BIGINT NOT NULL CHECK (owner IN (0, 1)),
    permission     BIGINT NOT NULL,
    files          TEXT   COLLATE "C" NOT NULL,
    created_at     BIGINT NOT NULL
);

-- How far its files have come; one of which nothing has arrived has no row. `hash_state` is the hash of the first
-- `hashed_chunks` chunks.
CREATE TABLE upload_files (
    reservation_id BIGINT NOT NULL REFERENCES reservations (id) ON DELETE CASCADE,
    file_index     BIGINT NOT NULL,
    chunks         BIGINT NOT NULL,
    bytes          BIGINT NOT NULL,
    hashed_chunks  BIGINT NOT NULL,
    hash_state     BYTEA  NOT NULL,
    content_id     BIGINT,
    PRIMARY KEY (reservation_id, file_index)
);

-- Chunks that have arrived. Their blobs are a content's once the file is complete.
CREATE TABLE chunks (
    reservation_id BIGINT NOT NULL REFERENCES reservations (id) ON DELETE CASCADE,
    file_index     BIGINT NOT NULL,
    chunk_index    BIGINT NOT NULL,
    size           BIGINT NOT NULL CHECK (size > 0),
    sha256         BYTEA  NOT NULL,
    blob_key       TEXT   COLLATE "C",
    uploaded_at    BIGINT NOT NULL,
    PRIMARY KEY (reservation_id, file_index, chunk_index)
);

-- Whatever ends an upload, no statement can forget the blobs that it leaves behind.
CREATE FUNCTION chunks_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO blob_deletions (key)
    SELECT blob_key FROM removed WHERE blob_key IS NOT NULL
    ON CONFLICT (key) DO NOTHING;
    RETURN NULL;
END $$;

CREATE TRIGGER chunks_removed AFTER DELETE ON chunks
    REFERENCING OLD TABLE AS removed
    FOR EACH STATEMENT EXECUTE FUNCTION chunks_removed();
