-- What is to be told to whom, and what became of it.

-- Every alert that was decided, as its canonical bytes.
CREATE TABLE IF NOT EXISTS alerts (
  id        TEXT PRIMARY KEY,
  root      TEXT NOT NULL,
  revision  INTEGER NOT NULL,
  kind      TEXT NOT NULL,           -- alert, update, cancel
  rule      TEXT NOT NULL,
  severity  TEXT NOT NULL,
  at        TEXT NOT NULL,           -- ISO 8601, the fold's clock
  position  INTEGER NOT NULL,        -- of the journal entry that decided it
  data      BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS alerts_root ON alerts (root, revision);

-- One row for each alert and destination.
CREATE TABLE IF NOT EXISTS notifications (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of planning
  id            TEXT NOT NULL UNIQUE,               -- the idempotency key on the wire
  destination   TEXT NOT NULL,
  root          TEXT NOT NULL,
  alert         TEXT NOT NULL REFERENCES alerts (id),
  revision      INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  severity      TEXT NOT NULL,
  state         TEXT NOT NULL,       -- planned, sending, delivered, superseded, parked, dead
  attempts      INTEGER NOT NULL DEFAULT 0,
  tried_since   REAL,                -- wall clock of the first attempt
  not_before    REAL,                -- wall clock before which the destination is left alone; only while planned
  answer        TEXT,                -- JSON: status and text of the last answer
  superseded_by TEXT,
  uncertain     INTEGER NOT NULL DEFAULT 0  -- 1: an attempt may have arrived without our knowing
);
CREATE INDEX IF NOT EXISTS notifications_root ON notifications (destination, root, revision);
CREATE INDEX IF NOT EXISTS notifications_queue ON notifications (state, destination);  -- then by seq
CREATE INDEX IF NOT EXISTS notifications_block ON notifications (destination, not_before) WHERE not_before IS NOT NULL;
