"""The ledger: one contract, and what is SQLite's own."""
