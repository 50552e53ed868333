-- What happened in a room, numbered from 1 without a gap. `what` is JSON that names what changed and copies nothing of it.
CREATE TABLE events (
    room_id BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    seq     BIGINT NOT NULL CHECK (seq > 0),
    at      BIGINT NOT NULL,
    -- The session whose content or upload it is about, where it is about one.
    sid     BYTEA,
    what    TEXT   COLLATE "C" NOT NULL,
    PRIMARY KEY (room_id, seq)
);

-- One event in a hundred: by these the sweeper finds rooms that have too many, without reading all of them.
CREATE INDEX events_hundredth ON events (room_id, seq, at) WHERE seq % 100 = 0;

-- The number of the newest event. It stays when old ones are removed.
ALTER TABLE rooms ADD COLUMN event_seq BIGINT NOT NULL DEFAULT 0 CHECK (event_seq >= 0);

-- Whether a hold was ended by force, and with it the upload that it was for: that is an event at once, and none any more
-- when its rows are removed.
ALTER TABLE reservations ADD COLUMN ended BIGINT NOT NULL DEFAULT 0 CHECK (ended IN (0, 1));

-- Kept like the stored bytes: whoever adds an event has numbered it by this, with the room locked.
CREATE FUNCTION events_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE rooms SET event_seq = rooms.event_seq + added_to.events
    FROM (SELECT room_id, COUNT(*) AS events FROM added GROUP BY room_id) AS added_to
    WHERE rooms.id = added_to.room_id;
    RETURN NULL;
END $$;

CREATE TRIGGER events_added AFTER INSERT ON events
    REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION events_added();
