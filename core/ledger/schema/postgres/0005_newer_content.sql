-- The ledger on PostgreSQL, version 5: see ../0005_newer_content.sql.

ALTER TABLE doc ADD COLUMN newer_hash TEXT COLLATE "C";
-- What is prepared again before it goes has no file until then.
UPDATE doc SET sha256 = NULL WHERE state = 'seen';
