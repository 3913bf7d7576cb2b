"""The parts of the writer, one file a part of the invoice. `core.efff.writer` is the door."""
