"""e-fff: UBL invoices and credit notes in, e-fff files out. Bytes in, bytes out; no HTTP, no storage, no screens.

convert.py        the door: `convert`, `check`
report.py         what they say: findings, derived, dropped
invoice.py        the invoice as EN 16931 means it, with party.py; everything below reads into it or writes from it
reader.py         UBL -> invoice, with reading/
tree.py           the only parser, into the nodes of node.py
schema.py         is it UBL
writer.py         invoice -> e-fff, with writing/
files.py          its name
formats.py        1.0 and 3.0
profile.py        e-fff as data (profile.csv)
specification.py  the profile in print, with profile_table.py and the files of example.py
rules/            V01 to V84: `check`
order.py          findings in the order of the document
batch.py          doubles in a batch
vat.py            Belgian VAT codes, by vat_table.py
arithmetic.py     how amounts are reckoned
identifiers.py    numbers that name companies, accounts, payments
dossier.py        whose invoice it is
attachments.py    which PDF is the invoice's own
base64text.py     and carries it uncopied
glance.py         whether it opens, told from its ends; pdf_opened.py where only a library can tell
pdf.py            examines a PDF or draws one (invoice.typ): page.py, lettering.py, labels.py
"""
