"""e-fff: UBL invoices and credit notes in, e-fff files out. Bytes in, bytes out; no HTTP, no storage, no screens."""
