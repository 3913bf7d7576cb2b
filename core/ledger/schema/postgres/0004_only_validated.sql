-- The ledger, version 4: how many purchases stood at Validated at the last sweep where none got further for a week.

ALTER TABLE space_run ADD COLUMN only_validated BIGINT NOT NULL DEFAULT 0;
