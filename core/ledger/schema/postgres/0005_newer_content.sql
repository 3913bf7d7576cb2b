-- The ledger on PostgreSQL, version 5: see ../0005_newer_content.sql.

ALTER TABLE doc ADD COLUMN newer_hash TEXT COLLATE "C";
