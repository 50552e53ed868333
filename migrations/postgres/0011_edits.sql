-- The newest edits of texts, for those who have an older version open: by which one each version came from the one before.
-- `in_text` and `in_room` say what all edits in front of it have cost, so that the oldest are found without adding up.
CREATE TABLE edits (
    content_id BIGINT NOT NULL REFERENCES contents (id) ON DELETE CASCADE,
    version    BIGINT NOT NULL,
    room_id    BIGINT NOT NULL,
    in_text    BIGINT NOT NULL CHECK (in_text >= 0),
    in_room    BIGINT NOT NULL CHECK (in_room >= 0),
    cost       BIGINT NOT NULL CHECK (cost > 0),
    -- The name by which an editor knows its own; empty for a change of the whole.
    editor     TEXT   COLLATE "C" NOT NULL,
    change     TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (content_id, version)
);

CREATE INDEX edits_in_room ON edits (room_id, in_room);
