"""The parts of the reader, one file a part of the invoice. `core.efff.reader` is the door."""
