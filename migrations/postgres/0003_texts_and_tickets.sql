-- Who added a content: somebody who may only add sees what the own session added, and nothing else. Contents from
-- before are nobody's.
ALTER TABLE contents ADD COLUMN sid BYTEA NOT NULL DEFAULT '\x00000000000000000000000000000000';
ALTER TABLE contents ADD COLUMN language TEXT COLLATE "C";
ALTER TABLE contents ADD COLUMN pinned BIGINT NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));

-- The most that a session may ever do: an invitation can be narrower than the room.
ALTER TABLE tokens ADD COLUMN scope BIGINT NOT NULL DEFAULT 15;
ALTER TABLE refresh_tokens ADD COLUMN scope BIGINT NOT NULL DEFAULT 15;

-- A ticket reads one content, or lets somebody in.
CREATE TABLE tickets (
    id         BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash       BYTEA  NOT NULL UNIQUE,
    room_id    BIGINT NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    content_id BIGINT REFERENCES contents (id) ON DELETE CASCADE,
    scope      BIGINT NOT NULL,
    sid        BYTEA  NOT NULL,
    owner      BIGINT NOT NULL CHECK (owner IN (0, 1)),
    max_uses   BIGINT,
    uses       BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE INDEX tickets_room_id ON tickets (room_id, sid);
CREATE INDEX tickets_content_id ON tickets (content_id) WHERE content_id IS NOT NULL;
CREATE INDEX tickets_expires_at ON tickets (expires_at);
