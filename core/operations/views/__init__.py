"""What is shown, by the command line and the console alike: frozen values out, nothing is changed.

overview.py   the whole, one delivery
queue.py      the queue by window
attempts.py   the tries of a delivery, and the report of its last preparation
health.py     the state of a space in the words of the first line
explain.py    why a delivery stands where it stands, and what comes next
finding.py    a document by what the customer says of it
activity.py   every request and change in order
history.py    the ledger's events alone
dry_run.py    a document as it would go out
request.py    the very request
xml_view.py   the XML to look into
efff_file.py  the PDF inside it
"""
