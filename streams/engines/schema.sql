-- One store: what came in, the journal, the fold's state, and what it set aside.
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

-- Articles as they came, in source order; position is null until the report stands in the journal.
CREATE TABLE articles (
  seq INTEGER PRIMARY KEY,
  received INTEGER NOT NULL,            -- seconds since the epoch
  data BLOB NOT NULL,                   -- the Article as JSON
  position INTEGER
);
CREATE INDEX articles_pending ON articles (seq) WHERE position IS NULL;

-- A history being read in, before it is put in order.
CREATE TABLE staged (
  n INTEGER PRIMARY KEY,
  time INTEGER NOT NULL,
  feed TEXT NOT NULL,
  id TEXT NOT NULL,
  revision INTEGER NOT NULL,
  data BLOB NOT NULL
);

CREATE TABLE journal (
  position INTEGER PRIMARY KEY,
  received INTEGER NOT NULL,
  data BLOB NOT NULL                    -- the Entry as JSON
);

CREATE TABLE state (
  name TEXT NOT NULL,                   -- table of State
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (name, key)
) WITHOUT ROWID;

-- Decisions that alerted nobody, articles set aside, and why.
CREATE TABLE log (
  position INTEGER NOT NULL,
  n INTEGER NOT NULL,
  at INTEGER NOT NULL,
  about TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (position, n)
) WITHOUT ROWID;

-- What polling a source needs to remember, and the article versions it has already given.
CREATE TABLE polls (source TEXT PRIMARY KEY, memory BLOB NOT NULL) WITHOUT ROWID;
CREATE TABLE seen (
  source TEXT NOT NULL,
  id TEXT NOT NULL,
  hash TEXT NOT NULL,
  received INTEGER NOT NULL,
  PRIMARY KEY (source, id)
) WITHOUT ROWID;

-- Input that could not be read: its place and why, the last time, and how often.
CREATE TABLE unreadable (
  at INTEGER NOT NULL,
  place TEXT NOT NULL,
  why TEXT NOT NULL,
  times INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (place, why)
) WITHOUT ROWID;
CREATE INDEX unreadable_at ON unreadable (at);

-- An operator's words on their way into the journal: put here by a command, taken up by the monitor.
CREATE TABLE controls (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  data BLOB NOT NULL,                   -- the Control as a journal entry
  position INTEGER                      -- null until it stands in the journal
);
CREATE INDEX controls_pending ON controls (id) WHERE position IS NULL;

-- How each source does. Times are seconds; since is when the outcome last changed.
CREATE TABLE sources (
  source TEXT PRIMARY KEY,
  outcome TEXT NOT NULL,                -- ok, failed
  detail TEXT NOT NULL,
  since INTEGER NOT NULL,
  heard_at INTEGER,                     -- the last good poll or push
  fresh_at INTEGER,                     -- the last new or changed article
  articles INTEGER NOT NULL DEFAULT 0   -- how many of those there were
) WITHOUT ROWID;

-- The fold's state as it stood at some positions: what the journal before them may be pruned behind.
CREATE TABLE snapshots (
  position INTEGER PRIMARY KEY,
  received INTEGER NOT NULL,
  needed TEXT NOT NULL                  -- JSON: earlier positions that this state still reads
);
CREATE TABLE snapshot_state (
  position INTEGER NOT NULL,
  name TEXT NOT NULL,
  key TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (position, name, key)
) WITHOUT ROWID;
