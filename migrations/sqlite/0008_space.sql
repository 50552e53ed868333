-- Of the bytes that are held, those that have arrived: the disk has given them already. And the contents that an upload
-- is going to become, with the price of their rows.
ALTER TABLE reservations ADD COLUMN arrived INTEGER NOT NULL DEFAULT 0 CHECK (arrived >= 0);
ALTER TABLE reservations ADD COLUMN files INTEGER NOT NULL DEFAULT 0 CHECK (files >= 0);
ALTER TABLE reservations ADD COLUMN rows_size INTEGER NOT NULL DEFAULT 0 CHECK (rows_size >= 0);

-- Covers the sum of all live holds, which every reservation on a disk reads.
DROP INDEX reservations_deadline;
CREATE INDEX reservations_deadline ON reservations (deadline, size, arrived);

-- How many contents a room has, and what their rows cost: 256 bytes each, and those of its name.
ALTER TABLE rooms ADD COLUMN contents INTEGER NOT NULL DEFAULT 0 CHECK (contents >= 0);
ALTER TABLE rooms ADD COLUMN rows_size INTEGER NOT NULL DEFAULT 0 CHECK (rows_size >= 0);
UPDATE rooms SET (contents, rows_size) = (
    SELECT COUNT(*), COALESCE(SUM(256 + COALESCE(length(CAST(file_name AS BLOB)), 0)), 0)
    FROM contents WHERE contents.room_id = rooms.id
);

-- Kept like the stored bytes, with them.
DROP TRIGGER contents_added;
DROP TRIGGER contents_removed;
DROP TRIGGER contents_moved;

CREATE TRIGGER contents_added AFTER INSERT ON contents BEGIN
    UPDATE rooms SET
        stored_size = stored_size + NEW.size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(length(CAST(NEW.file_name AS BLOB)), 0)
    WHERE id = NEW.room_id;
END;

CREATE TRIGGER contents_removed AFTER DELETE ON contents BEGIN
    UPDATE rooms SET
        stored_size = stored_size - OLD.size,
        contents = contents - 1,
        rows_size = rows_size - 256 - COALESCE(length(CAST(OLD.file_name AS BLOB)), 0)
    WHERE id = OLD.room_id;
END;

CREATE TRIGGER contents_moved AFTER UPDATE OF size, room_id, file_name ON contents BEGIN
    UPDATE rooms SET
        stored_size = stored_size - OLD.size,
        contents = contents - 1,
        rows_size = rows_size - 256 - COALESCE(length(CAST(OLD.file_name AS BLOB)), 0)
    WHERE id = OLD.room_id;
    UPDATE rooms SET
        stored_size = stored_size + NEW.size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(length(CAST(NEW.file_name AS BLOB)), 0)
    WHERE id = NEW.room_id;
END;

-- A row that whoever decides on all rooms together locks, where rows are locked.
CREATE TABLE totals (
    id INTEGER NOT NULL PRIMARY KEY
) STRICT;

INSERT INTO totals (id) VALUES (1);
