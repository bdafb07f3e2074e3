-- What was decided or delivered and is not yet written to the topics for others.
CREATE TABLE told (
  n INTEGER PRIMARY KEY AUTOINCREMENT,
  what TEXT NOT NULL,                   -- alert, delivery
  id TEXT NOT NULL
);
-- What this desk has sent from another store, while this one catches up.
CREATE TABLE known (id TEXT PRIMARY KEY, state TEXT NOT NULL, answer TEXT, handle TEXT) WITHOUT ROWID;

CREATE TRIGGER told_alert AFTER INSERT ON alerts BEGIN
  INSERT INTO told (what, id) VALUES ('alert', NEW.id);
END;
CREATE TRIGGER told_delivery AFTER UPDATE OF state ON notifications
WHEN NEW.state IN ('delivered', 'dead') AND OLD.state <> NEW.state
  AND NOT EXISTS (SELECT 1 FROM known WHERE id = NEW.id)
BEGIN
  INSERT INTO told (what, id) VALUES ('delivery', NEW.id);
END;
-- Before anything is settled by it: what was sent counts as sent from the moment it is planned.
CREATE TRIGGER known_delivery AFTER INSERT ON notifications
WHEN EXISTS (SELECT 1 FROM known WHERE id = NEW.id)
BEGIN
  UPDATE notifications SET (state, answer, handle) = (SELECT state, answer, handle FROM known WHERE id = NEW.id)
  WHERE id = NEW.id;
END;
