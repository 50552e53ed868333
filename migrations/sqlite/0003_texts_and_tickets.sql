-- Who added a content: somebody who may only add sees what the own session added, and nothing else. Contents from
-- before are nobody's.
ALTER TABLE contents ADD COLUMN sid BLOB NOT NULL DEFAULT X'00000000000000000000000000000000';
ALTER TABLE contents ADD COLUMN language TEXT;
ALTER TABLE contents ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));

-- The most that a session may ever do: an invitation can be narrower than the room.
ALTER TABLE tokens ADD COLUMN scope INTEGER NOT NULL DEFAULT 15;
ALTER TABLE refresh_tokens ADD COLUMN scope INTEGER NOT NULL DEFAULT 15;

-- A ticket reads one content, or lets somebody in.
CREATE TABLE tickets (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    hash       BLOB    NOT NULL UNIQUE,
    room_id    INTEGER NOT NULL REFERENCES rooms (id) ON DELETE CASCADE,
    content_id INTEGER REFERENCES contents (id) ON DELETE CASCADE,
    scope      INTEGER NOT NULL,
    sid        BLOB    NOT NULL,
    owner      INTEGER NOT NULL CHECK (owner IN (0, 1)),
    max_uses   INTEGER,
    uses       INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE INDEX tickets_room_id ON tickets (room_id, sid);
CREATE INDEX tickets_content_id ON tickets (content_id) WHERE content_id IS NOT NULL;
CREATE INDEX tickets_expires_at ON tickets (expires_at);
