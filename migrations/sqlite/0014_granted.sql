-- What an owner's invitation gives a session whatever guests of the room may do by default. What there was before follows
-- the room.
ALTER TABLE tickets ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE tokens ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE refresh_tokens ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE uploads ADD COLUMN granted INTEGER NOT NULL DEFAULT 0;
