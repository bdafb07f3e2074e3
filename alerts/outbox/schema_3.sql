-- From version 2, which knew of nothing that the fold lets go together.
ALTER TABLE notifications ADD COLUMN bundle TEXT;
CREATE INDEX notifications_bundle ON notifications (bundle) WHERE bundle IS NOT NULL;
CREATE TABLE sendings (
  id          TEXT NOT NULL,
  position    INTEGER NOT NULL,
  at          INTEGER NOT NULL,
  destination TEXT NOT NULL,
  covers      TEXT NOT NULL,
  why         TEXT,
  words       TEXT
);
CREATE INDEX sendings_id ON sendings (id);
CREATE INDEX sendings_position ON sendings (position);
