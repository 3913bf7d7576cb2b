"""What the product could not do, as classes that say *what happened*, so that callers act on the class.

    ProductError                 a stable code, its arguments, and where
      UsageError                 the person or script asked for something that is not possible now: exit 2
      ConfigurationError         a file or setting is wrong: exit 2, names file and line
      StoreError                 the ledger, spool or settings cannot be read or written
      SourceError                Banqup: see core/banqup/client.py for its classes

Expected outcomes (refused, duplicate, not found) are values, not exceptions.
The sentence for each code stands in `core/wording`; an exception never carries a secret.
"""

from __future__ import annotations

from core.model import Arguments


class ProductError(Exception):
    """Base of all errors the product raises on purpose.

    `code` is stable and found in `core.wording`; `args_` fill its sentence; `where` names a document, field or file.
    """

    def __init__(self, code: str, /, *, where: str | None = None, **arguments: str | int | float | None) -> None:
        self.code = code
        self.where = where
        self.arguments: Arguments = arguments
        super().__init__(code)

    def __str__(self) -> str:
        from core.wording import word  # late: the texts are needed only when an error is shown

        worded = word(self.code, self.arguments)
        place = f" ({self.where})" if self.where else ""
        return f"{worded.sentence}{place}"


class UsageError(ProductError):
    """What was asked is not possible, unknown or not allowed now."""


class ConfigurationError(ProductError):
    """A setting or a hand-edited file is wrong; it is reported, never overwritten."""


class StoreError(ProductError):
    """The ledger, the spool or a settings file cannot be used."""


class SourceError(ProductError):
    """Something about Banqup; its subclasses say what."""
