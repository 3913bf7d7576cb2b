"""The engine of banqup-pingwin: everything except the screen. Imports no textual, rich or click."""

__version__ = "0.1.0"
