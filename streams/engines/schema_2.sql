-- From version 1: the old list of unreadable input is counted, the rest is new.
ALTER TABLE unreadable RENAME TO unreadable_1;
CREATE TABLE unreadable (
  at INTEGER NOT NULL,
  place TEXT NOT NULL,
  why TEXT NOT NULL,
  times INTEGER NOT NULL DEFAULT 1,
  PRIMARY KEY (place, why)
) WITHOUT ROWID;
INSERT INTO unreadable SELECT max(at), place, why, count(*) FROM unreadable_1 GROUP BY place, why;
DROP TABLE unreadable_1;
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
