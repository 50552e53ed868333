-- A room as a folder: the newest content of a name is found without reading the others.
CREATE INDEX contents_file_name ON contents (room_id, file_name, id) WHERE file_name IS NOT NULL;
