-- The ledger, version 1 (engine reference, 4.2). Deliveries, their history, activations, spaces, circuits.
-- Times are Unix seconds; *_ns are nanoseconds of the source's clock. No sentence is stored: codes and arguments only.

CREATE TABLE doc(                                   -- one row per delivery
  id INTEGER PRIMARY KEY,
  space TEXT NOT NULL, source_id TEXT NOT NULL, dossier TEXT NOT NULL,
  generation INTEGER NOT NULL DEFAULT 0,            -- grows only by a person's order to send again
  activation INTEGER NOT NULL DEFAULT 0,
  direction TEXT, doc_type TEXT NOT NULL DEFAULT '', number TEXT NOT NULL DEFAULT '',
  counterparty TEXT NOT NULL DEFAULT '', vat TEXT NOT NULL DEFAULT '',
  issued TEXT, amount TEXT, currency TEXT NOT NULL DEFAULT '',
  invoice_key TEXT,                                 -- hash of what makes the same invoice in another document
  source_updated INTEGER, source_hash TEXT,
  state TEXT NOT NULL, reason TEXT, reason_args TEXT NOT NULL DEFAULT '{}',
  due_at REAL NOT NULL DEFAULT 0,                   -- next attempt, lease end, or when to ask the target, by state
  lease_owner TEXT, fence INTEGER NOT NULL DEFAULT 0,
  attempts INTEGER NOT NULL DEFAULT 0, crashes INTEGER NOT NULL DEFAULT 0,
  idem_key TEXT NOT NULL UNIQUE, sha256 TEXT, size INTEGER, target_ref TEXT, delivered_at REAL,
  changed_at REAL NOT NULL DEFAULT 0,               -- when the state last changed
  search TEXT NOT NULL DEFAULT '',                  -- what a person may look for, folded
  place INTEGER NOT NULL GENERATED ALWAYS AS (      -- the group of the queue it stands in
    CASE WHEN state IN ('parked', 'failed', 'dead', 'changed') THEN 0
         WHEN state IN ('sending', 'leased', 'unknown') THEN 1
         WHEN state IN ('ready', 'seen') THEN 2
         WHEN state = 'withdrawn' THEN 3
         WHEN state = 'history' THEN 5
         ELSE 4 END) STORED,
  along REAL NOT NULL GENERATED ALWAYS AS (         -- within it: what moves in the order it came, the rest newest first
    CASE WHEN state IN ('sending', 'leased', 'unknown', 'ready', 'seen', 'withdrawn') THEN id
         ELSE -changed_at END) STORED,
  UNIQUE(space, source_id, dossier, generation)) STRICT;

-- The states are spelled out in statements exactly as here, else the partial index is not used (4.5).
CREATE INDEX doc_due ON doc(space, due_at) WHERE state IN ('seen','ready','leased');
CREATE INDEX doc_settle ON doc(space, due_at) WHERE state IN ('sending','unknown');
CREATE INDEX doc_invoice ON doc(invoice_key) WHERE invoice_key IS NOT NULL;
CREATE INDEX doc_source ON doc(source_id);
CREATE INDEX doc_file ON doc(sha256) WHERE sha256 IS NOT NULL;
CREATE INDEX doc_queue ON doc(place, along, id DESC, state, direction, space);
CREATE INDEX doc_queue_space ON doc(space, place, along, id DESC, state, direction);

CREATE TABLE event(                                 -- append only; an attempt is its intent and its result, joined by fence
  id INTEGER PRIMARY KEY, doc INTEGER REFERENCES doc(id), space TEXT NOT NULL, at REAL NOT NULL,
  kind TEXT NOT NULL, fence INTEGER, actor TEXT NOT NULL, code TEXT, args TEXT NOT NULL DEFAULT '{}',
  trigger TEXT, http_status INTEGER, sha256 TEXT) STRICT;
CREATE INDEX event_doc ON event(doc) WHERE doc IS NOT NULL;
CREATE INDEX event_space ON event(space);
CREATE TRIGGER event_kept_u BEFORE UPDATE ON event BEGIN SELECT RAISE(ABORT, 'events are never changed'); END;

CREATE TABLE activation(
  id INTEGER PRIMARY KEY, space TEXT NOT NULL, kind TEXT NOT NULL, requested_at REAL, rule TEXT NOT NULL,
  started_ns INTEGER NOT NULL, completed_at REAL, ended_at REAL,
  history_count INTEGER NOT NULL DEFAULT 0, during_count INTEGER NOT NULL DEFAULT 0) STRICT;
CREATE INDEX activation_space ON activation(space);
CREATE TABLE not_yet(
  activation INTEGER NOT NULL, source_id TEXT NOT NULL, PRIMARY KEY(activation, source_id)) STRICT, WITHOUT ROWID;

CREATE TABLE space_run(
  space TEXT PRIMARY KEY, running INTEGER NOT NULL DEFAULT 0, held INTEGER NOT NULL DEFAULT 0,
  target TEXT NOT NULL, clid TEXT NOT NULL, dossier TEXT NOT NULL,         -- clid: a fingerprint, the value is a secret
  watermark_ns INTEGER, next_poll REAL NOT NULL DEFAULT 0, last_sweep REAL, last_good_poll REAL,
  poll_failures INTEGER NOT NULL DEFAULT 0, poll_code TEXT, poll_args TEXT NOT NULL DEFAULT '{}',
  served_at REAL NOT NULL DEFAULT 0, next_due REAL NOT NULL DEFAULT 9e18, settle_due REAL NOT NULL DEFAULT 9e18)
  STRICT, WITHOUT ROWID;
CREATE INDEX space_served ON space_run(served_at) WHERE running = 1 AND held = 0;
CREATE INDEX space_settle ON space_run(settle_due);

CREATE TABLE circuit(                               -- scope: target (id ''), clid, dossier; until 9e18 while open
  target TEXT NOT NULL, scope TEXT NOT NULL, id TEXT NOT NULL, state TEXT NOT NULL, code TEXT,
  failures INTEGER NOT NULL, until REAL NOT NULL, probe_at REAL, probes INTEGER NOT NULL DEFAULT 0,
  since REAL NOT NULL DEFAULT 0, PRIMARY KEY(target, scope, id)) STRICT, WITHOUT ROWID;

CREATE TABLE cnt(
  space TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL, PRIMARY KEY(space, state)) STRICT, WITHOUT ROWID;
CREATE TRIGGER doc_i AFTER INSERT ON doc BEGIN
  INSERT INTO cnt VALUES(new.space, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER doc_u AFTER UPDATE OF state ON doc WHEN old.state <> new.state BEGIN
  UPDATE cnt SET n = n - 1 WHERE space = old.space AND state = old.state;
  INSERT INTO cnt VALUES(new.space, new.state, 1) ON CONFLICT DO UPDATE SET n = n + 1; END;
CREATE TRIGGER doc_d AFTER DELETE ON doc BEGIN
  UPDATE cnt SET n = n - 1 WHERE space = old.space AND state = old.state; END;

CREATE TABLE meta(k TEXT PRIMARY KEY, v TEXT NOT NULL) STRICT, WITHOUT ROWID;
