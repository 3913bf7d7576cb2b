-- The ledger, version 3: while a space is held, the one delivery that a person lets pass.

ALTER TABLE space_run ADD COLUMN alone INTEGER;
DROP INDEX space_served;
CREATE INDEX space_served ON space_run(served_at) WHERE running = 1 AND (held = 0 OR alone IS NOT NULL);
