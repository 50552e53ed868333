-- Small pictures of contents, beside them: a list reads none. Their bytes count as stored, with the contents' own.
ALTER TABLE contents ADD COLUMN thumbnail_size BIGINT NOT NULL DEFAULT 0 CHECK (thumbnail_size >= 0);

CREATE TABLE thumbnails (
    content_id BIGINT NOT NULL PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    media_type TEXT   COLLATE "C" NOT NULL,
    bytes      BYTEA  NOT NULL
);

CREATE OR REPLACE FUNCTION contents_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET
        stored_size = stored_size + NEW.size + NEW.thumbnail_size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(octet_length(NEW.file_name), 0)
    WHERE id = NEW.room_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION contents_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET
        stored_size = rooms.stored_size - gone.size,
        contents = rooms.contents - gone.contents,
        rows_size = rooms.rows_size - gone.rows_size
    FROM (
        SELECT room_id, SUM(size + thumbnail_size)::bigint AS size, COUNT(*) AS contents,
               SUM(256 + COALESCE(octet_length(file_name), 0))::bigint AS rows_size
        FROM removed GROUP BY room_id
    ) AS gone
    WHERE rooms.id = gone.room_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION contents_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET
        stored_size = stored_size - OLD.size - OLD.thumbnail_size,
        contents = contents - 1,
        rows_size = rows_size - 256 - COALESCE(octet_length(OLD.file_name), 0)
    WHERE id = OLD.room_id;
    UPDATE rooms SET
        stored_size = stored_size + NEW.size + NEW.thumbnail_size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(octet_length(NEW.file_name), 0)
    WHERE id = NEW.room_id;
    RETURN NULL;
END $$;

DROP TRIGGER contents_moved ON contents;
CREATE TRIGGER contents_moved AFTER UPDATE OF size, thumbnail_size, room_id, file_name ON contents
    FOR EACH ROW EXECUTE FUNCTION contents_moved();
