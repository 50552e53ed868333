-- Small pictures of contents, beside them: a list reads none. Their bytes count as stored, with the contents' own.
ALTER TABLE contents ADD COLUMN thumbnail_size INTEGER NOT NULL DEFAULT 0 CHECK (thumbnail_size >= 0);

CREATE TABLE thumbnails (
    content_id INTEGER NOT NULL PRIMARY KEY REFERENCES contents (id) ON DELETE CASCADE,
    media_type TEXT    NOT NULL,
    bytes      BLOB    NOT NULL
) STRICT;

DROP TRIGGER contents_added;
DROP TRIGGER contents_removed;
DROP TRIGGER contents_moved;

CREATE TRIGGER contents_added AFTER INSERT ON contents BEGIN
    UPDATE rooms SET
        stored_size = stored_size + NEW.size + NEW.thumbnail_size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(length(CAST(NEW.file_name AS BLOB)), 0)
    WHERE id = NEW.room_id;
END;

CREATE TRIGGER contents_removed AFTER DELETE ON contents BEGIN
    UPDATE rooms SET
        stored_size = stored_size - OLD.size - OLD.thumbnail_size,
        contents = contents - 1,
        rows_size = rows_size - 256 - COALESCE(length(CAST(OLD.file_name AS BLOB)), 0)
    WHERE id = OLD.room_id;
END;

CREATE TRIGGER contents_moved AFTER UPDATE OF size, thumbnail_size, room_id, file_name ON contents BEGIN
    UPDATE rooms SET
        stored_size = stored_size - OLD.size - OLD.thumbnail_size,
        contents = contents - 1,
        rows_size = rows_size - 256 - COALESCE(length(CAST(OLD.file_name AS BLOB)), 0)
    WHERE id = OLD.room_id;
    UPDATE rooms SET
        stored_size = stored_size + NEW.size + NEW.thumbnail_size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(length(CAST(NEW.file_name AS BLOB)), 0)
    WHERE id = NEW.room_id;
END;
