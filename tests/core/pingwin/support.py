"""An upload, its credentials, and contracts for tests."""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from core.model import Direction
from core.pingwin.contract import WireContract
from core.pingwin.library import SHIPPED
from core.pingwin.target import Credentials, Upload

KEY = hashlib.sha256(b"delivery").hexdigest()
API_KEY = "sentinel-api-key-77"
CLID = "sentinel-clid-42"
FILE_ID = "D-2001"
CREDENTIALS = Credentials(SecretStr(API_KEY), SecretStr(CLID), FILE_ID)
XML = "<?xml version='1.0' encoding='UTF-8'?>\n<Invoice><ID>Façade 1</ID></Invoice>\n".encode()
FILENAME = f"efff_BE0000000097_A1-{KEY[:16]}.xml"


def upload(
    content: bytes = XML, direction: Direction = Direction.PURCHASE, filename: str = FILENAME, key: str = KEY
) -> Upload:
    return Upload(key, filename, content, hashlib.sha256(content).hexdigest(), direction)


def knobs(name: str = "a-multipart") -> dict[str, Any]:
    """A shipped contract as plain values, to be changed."""
    return tomllib.loads((SHIPPED / f"{name}.toml").read_text("utf-8"))


def contract(name: str = "a-multipart", **changes: Any) -> WireContract:
    """A shipped contract with some knobs turned."""
    return WireContract.model_validate({**knobs(name), **changes})


def write_contract(folder: Path, name: str, text: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.toml"
    path.write_text(text, "utf-8")
    return path
