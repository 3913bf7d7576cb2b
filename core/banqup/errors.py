"""What went wrong with Banqup, as classes that say *what happened*, so that callers act on the class (banqup-api 9.7).

    SourceError                 a stable code with arguments; see core.errors
      CredentialsRefused        401 after one renewal, or the app id or secret is wrong: stop the connection
      Forbidden                 403: role or API product missing in a space: stop the space
      NotFound                  404: a document or file is not there (any more): the scan goes on
        SpaceGone               404 on a space's list: ask `spaces` whether it is still listed
      Throttled                 429: wait `retry_after`; every call of this client waits with it
      Unavailable               5xx, network, time-out, expired link: asked again later, ages nothing
      RequestRefused            400, 406, 415 and any other 4xx: no retry helps, show what Banqup said
      BadAnswer                 an answer that cannot be understood, or breaks the contract
      NotReady                  the file is not uploaded or scanned yet: later; the document's own trouble
        Incomplete              what came is not the whole file, or no file at all
      FileRefused               infected, deleted, too large, or behind a link we do not follow: a person

No error carries a token, a secret or the query of a signed link.
"""

# ruff: noqa: N818 - the names say what happened

from __future__ import annotations

from core.errors import SourceError


class CredentialsRefused(SourceError):
    """Banqup does not accept the app id and secret, or the token made from them."""


class Forbidden(SourceError):
    """The app's role in the space, or its API product, does not allow this."""


class NotFound(SourceError):
    """The document or file is not there, for us."""


class SpaceGone(NotFound):
    """The space answers as if it did not exist: perhaps access was withdrawn."""


class _Waits(SourceError):
    """Banqup said, or we decided, how long to wait."""

    def __init__(
        self,
        code: str,
        /,
        *,
        retry_after: float | None = None,
        where: str | None = None,
        **arguments: str | int | float | None,
    ) -> None:
        super().__init__(code, where=where, **arguments)
        self.retry_after = retry_after


class Throttled(_Waits):
    """Too many calls for this credential set. `retry_after` is always set, in seconds."""


class Unavailable(_Waits):
    """Banqup or the network does not work now. `retry_after` in seconds where Banqup named one."""


class RequestRefused(SourceError):
    """Banqup refuses the request itself. `error` is Banqup's own code, such as INVALID_CURSOR."""

    def __init__(
        self,
        code: str,
        /,
        *,
        error: str = "",
        where: str | None = None,
        **arguments: str | int | float | None,
    ) -> None:
        super().__init__(code, where=where, error=error, **arguments)
        self.error = error


class BadAnswer(SourceError):
    """The answer is no JSON, lacks what we cannot do without, or contradicts itself."""


class NotReady(SourceError):
    """The file exists, but cannot be downloaded yet."""


class Incomplete(NotReady):
    """Fewer or more bytes than Banqup said, or a web page in the place of the file."""


class FileRefused(SourceError):
    """The file will not be taken: asking again does not change that."""
