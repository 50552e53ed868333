-- Of the bytes that are held, those that have arrived: the disk has given them already. And the contents that an upload
-- is going to become, with the price of their rows.
ALTER TABLE reservations ADD COLUMN arrived BIGINT NOT NULL DEFAULT 0 CHECK (arrived >= 0);
ALTER TABLE reservations ADD COLUMN files BIGINT NOT NULL DEFAULT 0 CHECK (files >= 0);
ALTER TABLE reservations ADD COLUMN rows_size BIGINT NOT NULL DEFAULT 0 CHECK (rows_size >= 0);

-- Covers the sum of all live holds, which every reservation on a disk reads.
DROP INDEX reservations_deadline;
CREATE INDEX reservations_deadline ON reservations (deadline, size, arrived);

-- How many contents a room has, and what their rows cost: 256 bytes each, and those of its name.
ALTER TABLE rooms ADD COLUMN contents BIGINT NOT NULL DEFAULT 0 CHECK (contents >= 0);
ALTER TABLE rooms ADD COLUMN rows_size BIGINT NOT NULL DEFAULT 0 CHECK (rows_size >= 0);
UPDATE rooms SET (contents, rows_size) = (
    SELECT COUNT(*), COALESCE(SUM(256 + COALESCE(octet_length(file_name), 0)), 0)
    FROM contents WHERE contents.room_id = rooms.id
);

-- Kept like the stored bytes, with them.
CREATE OR REPLACE FUNCTION contents_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET
        stored_size = stored_size + NEW.size,
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
        SELECT room_id, SUM(size)::bigint AS size, COUNT(*) AS contents,
               SUM(256 + COALESCE(octet_length(file_name), 0))::bigint AS rows_size
        FROM removed GROUP BY room_id
    ) AS gone
    WHERE rooms.id = gone.room_id;
    RETURN NULL;
END $$;

CREATE OR REPLACE FUNCTION contents_moved() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET
        stored_size = stored_size - OLD.size,
        contents = contents - 1,
        rows_size = rows_size - 256 - COALESCE(octet_length(OLD.file_name), 0)
    WHERE id = OLD.room_id;
    UPDATE rooms SET
        stored_size = stored_size + NEW.size,
        contents = contents + 1,
        rows_size = rows_size + 256 + COALESCE(octet_length(NEW.file_name), 0)
    WHERE id = NEW.room_id;
    RETURN NULL;
END $$;

DROP TRIGGER contents_moved ON contents;
CREATE TRIGGER contents_moved AFTER UPDATE OF size, room_id, file_name ON contents
    FOR EACH ROW EXECUTE FUNCTION contents_moved();

-- A row that whoever decides on all rooms together locks, where rows are locked.
CREATE TABLE totals (
    id BIGINT NOT NULL PRIMARY KEY
);

INSERT INTO totals (id) VALUES (1);
