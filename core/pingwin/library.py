"""The contracts there are: those that ship in `contracts/` and the user's own, which win by name.

Takes folders, gives checked `WireContract`s. A file that is wrong is reported with its line, never skipped in silence.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path

from pydantic import ValidationError

from core.errors import ConfigurationError
from core.pingwin.contract import WireContract

SHIPPED = Path(__file__).parent / "contracts"
NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_HEADER = re.compile(r"\s*(\[\[?)\s*([A-Za-z0-9_.\s-]+?)\s*\]\]?\s*(#.*)?")


def available(user_contracts: Path | None = None) -> list[WireContract]:
    """All contracts, by name; one of the user's takes the place of a shipped one. Raises ConfigurationError."""
    found = {path.stem: path for folder in _folders(user_contracts) for path in sorted(folder.glob("*.toml"))}
    return [load(path) for _, path in sorted(found.items())]


def find(name: str, user_contracts: Path | None = None) -> WireContract:
    """The contract of a name. Raises ConfigurationError where there is none or it is wrong."""
    path = place(name, user_contracts)
    if path is None:
        raise ConfigurationError("contract_not_found", name=name[:60])
    return load(path)


def place(name: str, user_contracts: Path | None = None) -> Path | None:
    """The file of a contract's name, the user's own first; None where there is none."""
    folders = reversed(_folders(user_contracts)) if NAME.fullmatch(name) else ()
    return next((path for folder in folders if (path := folder / f"{name}.toml").is_file()), None)


def _folders(user_contracts: Path | None) -> list[Path]:
    own = [user_contracts] if user_contracts is not None and user_contracts.is_dir() else []
    return [SHIPPED, *own]


def load(path: Path) -> WireContract:
    """Reads one contract file. Raises ConfigurationError with file and line."""
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigurationError("contract_unreadable", where=str(path), detail=_first_line(error)) from error
    try:
        knobs = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError("contract_not_toml", where=str(path), detail=str(error)) from error
    try:
        contract = WireContract.model_validate(knobs)
    except ValidationError as error:
        raise _wrong(path, text, error) from None
    if contract.name != path.stem:
        line = line_of(text, ("name",))
        raise ConfigurationError("contract_name_differs", where=f"{path}:{line}", name=contract.name, file=path.name)
    return contract


def _wrong(path: Path, text: str, error: ValidationError) -> ConfigurationError:
    """The first problem, with its place in the file."""
    problem = error.errors(include_url=False, include_context=False)[0]
    place = problem["loc"]
    knob = ".".join(str(part) for part in place) or "the contract"
    detail = problem["msg"].removeprefix("Value error, ")
    code = "contract_unknown_key" if problem["type"] == "extra_forbidden" else "contract_wrong"
    line = line_of(text, place)
    return ConfigurationError(code, where=f"{path}:{line}:{_column(text, line)}", key=knob, detail=detail)


def _column(text: str, line: int) -> int:
    """Where the first word of a line stands, from 1."""
    found = text.splitlines()[line - 1] if text.strip() else ""
    return len(found) - len(found.lstrip()) + 1


def line_of(text: str, place: Sequence[str | int]) -> int:
    """The line (from 1) of a key in TOML text, by its path; of the nearest table around it where it is not found.

    A small reader of headers and keys, enough for our own flat files: a key inside an inline table is found by the
    line that its table or array stands on.
    """
    best, best_depth = 1, 0
    table: tuple[str | int, ...] = ()
    counters: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if header := _HEADER.fullmatch(line):
            name = header[2]
            table = tuple(part.strip() for part in name.split("."))
            if header[1] == "[[":
                counters[name] = counters.get(name, -1) + 1
                table += (counters[name],)
            found = table
        elif key := re.match(r"\s*([A-Za-z0-9_-]+)\s*=", line):
            found = (*table, key[1])
        else:
            continue
        depth = len(found)
        if depth > best_depth and tuple(place[:depth]) == found:
            best, best_depth = number, depth
    return best


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
