-- The ledger, version 2: what a customer says finds a document, what it is paid by, and its VAT by code.
-- `term` holds what `core/ledger/terms.py` spells; its rows of older documents are made here, by that same function.

ALTER TABLE doc ADD COLUMN payment_reference TEXT NOT NULL DEFAULT '';  -- BT-83; a structured communication: 12 digits
ALTER TABLE doc ADD COLUMN vat_breakdown TEXT NOT NULL DEFAULT '[]';    -- [[code, taxable, VAT], ...] of the e-fff file

CREATE TABLE term(
  term TEXT NOT NULL, doc INTEGER NOT NULL REFERENCES doc(id), PRIMARY KEY(term, doc)) STRICT, WITHOUT ROWID;
INSERT OR IGNORE INTO term(term, doc)               -- in the order of its key: out of order a million rows take hours
  SELECT spelled.value, doc.id FROM doc,
    json_each(spelled_terms(number, counterparty, vat, issued, amount, target_ref)) AS spelled
  ORDER BY spelled.value, doc.id;
