"""Words that the command line and the console share, so that both say the same; no screen is loaded for them.

status.py      states of a delivery and of a space: glyph, word, tone
labels.py      the names in Banqup's and Pingwin's own screens, verbatim
guides.py      what each screen is for
answers.py     what became of a document, in one sentence
happenings.py  a line of the activity
dry_runs.py    a dry run as lines
reconciled.py  a reconciliation in words and sums
triggers.py    what is sent
places.py      where in an invoice something stands
vat_words.py   VAT codes and means of payment
"""
