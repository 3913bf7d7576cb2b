-- The ledger, version 5: what Banqup shows of a document since its file was made, where that is something else.

ALTER TABLE doc ADD COLUMN newer_hash TEXT;
-- What is prepared again before it goes has no file until then.
UPDATE doc SET sha256 = NULL WHERE state = 'seen';
