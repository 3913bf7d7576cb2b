-- The ledger on PostgreSQL, version 3: see ../0003_first_document.sql.

ALTER TABLE space_run ADD COLUMN alone BIGINT;
DROP INDEX space_served;
CREATE INDEX space_served ON space_run(served_at) WHERE running = 1 AND (held = 0 OR alone IS NOT NULL);
