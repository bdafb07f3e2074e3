-- From version 1, which had one row an alert and destination, and no memory of how a destination does.
ALTER TABLE notifications RENAME TO notifications_1;
CREATE TABLE notifications (
  seq           INTEGER PRIMARY KEY AUTOINCREMENT,
  id            TEXT NOT NULL UNIQUE,
  destination   TEXT NOT NULL,
  root          TEXT,
  alert         TEXT REFERENCES alerts (id),
  revision      INTEGER NOT NULL,
  kind          TEXT NOT NULL,
  severity      TEXT NOT NULL,
  urgent        INTEGER NOT NULL DEFAULT 0,
  state         TEXT NOT NULL,
  planned_at    REAL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  tried_since   REAL,
  not_before    REAL,
  answer        TEXT,
  superseded_by TEXT,
  uncertain     INTEGER NOT NULL DEFAULT 0,
  handle        TEXT,
  digest        TEXT,
  alone         INTEGER NOT NULL DEFAULT 0,
  covers        TEXT
);
INSERT INTO notifications
  (seq, id, destination, root, alert, revision, kind, severity, urgent, state, attempts, tried_since, answer,
   superseded_by, uncertain)
  SELECT seq, id, destination, root, alert, revision, kind, severity, severity = 'critical', state, attempts,
    tried_since, answer, superseded_by, uncertain
  FROM notifications_1 ORDER BY seq;
DROP TABLE notifications_1;
CREATE INDEX notifications_root ON notifications (destination, root, revision);
CREATE INDEX notifications_queue ON notifications (destination, state, urgent DESC, seq);
CREATE INDEX notifications_digest ON notifications (digest) WHERE digest IS NOT NULL;
CREATE TABLE destinations (
  destination  TEXT PRIMARY KEY,
  failures     INTEGER NOT NULL DEFAULT 0,
  down_since   REAL,
  not_before   REAL,
  parked       INTEGER NOT NULL DEFAULT 0,
  answer       TEXT,
  delivered_at REAL,
  redriven     INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
INSERT INTO destinations (destination, parked, answer)
  SELECT destination, 1, max(answer) FROM notifications WHERE state = 'parked' GROUP BY destination;
