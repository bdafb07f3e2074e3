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

-- One row for each alert and destination, and one for each digest. Times are the wall clock.
CREATE TABLE IF NOT EXISTS notifications (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of planning
  id            TEXT NOT NULL UNIQUE,               -- the idempotency key on the wire
  destination   TEXT NOT NULL,
  root          TEXT,                               -- null for a digest
  alert         TEXT REFERENCES alerts (id),        -- null for a digest
  revision      INTEGER NOT NULL,
  kind          TEXT NOT NULL,                      -- alert, update, cancel, digest
  severity      TEXT NOT NULL,
  urgent        INTEGER NOT NULL DEFAULT 0,         -- 1: goes before those that are not, and never in a digest
  state         TEXT NOT NULL,                      -- planned, sending, delivered, superseded, parked, dead
  planned_at    REAL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  tried_since   REAL,                               -- the first attempt
  not_before    REAL,                               -- this one is left alone until then while others can go
  answer        TEXT,                               -- JSON: status and text of the last answer
  superseded_by TEXT,
  uncertain     INTEGER NOT NULL DEFAULT 0,         -- 1: an attempt may have arrived without our knowing
  handle        TEXT,                               -- JSON: what the channel needs to edit or answer its message
  digest        TEXT,                               -- the digest that carries or carried it
  alone         INTEGER NOT NULL DEFAULT 0,         -- 1: a digest with it was called invalid
  covers        TEXT,                               -- JSON: the alerts of a digest
  bundle        TEXT                                -- the sending that was decided to carry it together with others
);
CREATE INDEX IF NOT EXISTS notifications_root ON notifications (destination, root, revision);
CREATE INDEX IF NOT EXISTS notifications_queue ON notifications (destination, state, urgent DESC, seq);
CREATE INDEX IF NOT EXISTS notifications_digest ON notifications (digest) WHERE digest IS NOT NULL;
CREATE INDEX IF NOT EXISTS notifications_bundle ON notifications (bundle) WHERE bundle IS NOT NULL;

-- What the fold let go, to whom, when and with what else: also where nothing is sent. Times are the fold's clock.
CREATE TABLE IF NOT EXISTS sendings (
  id          TEXT NOT NULL,          -- that of the notification
  position    INTEGER NOT NULL,       -- of the journal entry
  at          INTEGER NOT NULL,
  destination TEXT NOT NULL,
  covers      TEXT NOT NULL,          -- JSON: the ids of the alerts
  why         TEXT,                   -- what it waited for; null for what went at once
  words       TEXT
);
CREATE INDEX IF NOT EXISTS sendings_id ON sendings (id);
CREATE INDEX IF NOT EXISTS sendings_position ON sendings (position);

-- How each destination does. A row appears with its first answer.
CREATE TABLE IF NOT EXISTS destinations (
  destination  TEXT PRIMARY KEY,
  failures     INTEGER NOT NULL DEFAULT 0,   -- in a row, up to now
  down_since   REAL,                         -- the first of them
  not_before   REAL,                         -- it is left alone until then
  parked       INTEGER NOT NULL DEFAULT 0,   -- 1: it refused us; what is planned waits for a redrive
  answer       TEXT,                         -- JSON: status and text of the last answer that was no success
  delivered_at REAL,
  redriven     INTEGER NOT NULL DEFAULT 0    -- counts the redrives, so that a running monitor sees one
) WITHOUT ROWID;
