"""The request that a delivery becomes, made by the very builder that sends it, with masks in the place of secrets."""

from __future__ import annotations

from pydantic import SecretStr

from core.errors import UsageError
from core.model import Delivery, Direction
from core.operations.desk import Desk
from core.operations.views import overview
from core.pingwin.target import Credentials, Upload

MASK = SecretStr("not readable here")


def upload_of(desk: Desk, delivery: int) -> tuple[Delivery, Upload]:
    """A delivery with the upload that the engine makes of it. Raises UsageError while it has no file."""
    from core.efff.files import delivery_file_name  # reads XML, which a list of requests needs not

    row, content = overview.row_of(desk, delivery), overview.efff(desk, delivery)
    if content is None:
        raise UsageError("no_file_yet", id=delivery, state=row.state.value)
    upload = Upload(
        key=row.key,
        filename=delivery_file_name(content, row.key),
        content=content,
        sha256=row.sha256 or "",
        direction=row.direction or Direction.PURCHASE,
    )
    return row, upload


async def request_preview(desk: Desk, delivery: int) -> str:
    """The request that would be sent, redacted, as text."""
    row, upload = upload_of(desk, delivery)
    return request_text(desk, upload, row.dossier)


def request_text(desk: Desk, upload: Upload, dossier: str) -> str:
    """An upload as the request that it becomes: method, address, headers, body; masks in the place of secrets."""
    shown = desk.target().preview(upload, Credentials(MASK, MASK, dossier))
    headers = "".join(f"{name}: {value}\n" for name, value in shown.headers)
    return f"{shown.method} {shown.url}\n{headers}\n{shown.body}"
