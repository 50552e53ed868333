-- What a file's first bytes are, where they tell. Of older files, and of texts and links, they were not looked at.
ALTER TABLE contents ADD COLUMN sniffed TEXT COLLATE "C";

-- The same of a file's first chunk, until the file is complete.
ALTER TABLE chunks ADD COLUMN sniffed TEXT COLLATE "C";
