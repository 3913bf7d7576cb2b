-- The ledger on PostgreSQL, version 2: see ../0002_found_by.sql. No ledger on PostgreSQL is older, so nothing is filled.

ALTER TABLE doc ADD COLUMN payment_reference TEXT COLLATE "C" NOT NULL DEFAULT '';
ALTER TABLE doc ADD COLUMN vat_breakdown TEXT COLLATE "C" NOT NULL DEFAULT '[]';

CREATE TABLE term(
  term TEXT COLLATE "C" NOT NULL, doc BIGINT NOT NULL REFERENCES doc(id), PRIMARY KEY(term, doc));
