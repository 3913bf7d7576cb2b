"""`convert` and `check`: UBL files to e-fff files, and files against the rules, without any account.

Takes files, folders (walked for *.xml) and standard input; gives one record a file, in plain lines or as JSON Lines.
What a file contains never ends the run: it becomes that file's record.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from core.errors import ProductError, UsageError
from core.model import Arguments
from tui.commands.files_out import Outputs
from tui.commands.frame import ATTENTION, DONE, Session, command, json_option, option, with_session
from tui.commands.output import diagnose, record, say, shortened
from tui.i18n import N_, _, day, ngettext, worded
from tui.plain import neutral
from tui.words.places import in_words

if TYPE_CHECKING:
    from core.efff.batch import Batch
    from core.efff.invoice import Invoice
    from core.efff.report import Derived, Dropped, Finding

LONGEST = 80
"""Characters of a name or number in the line that says which document a file holds."""

LONGEST_LIST = 160
"""Characters of a list of places."""

READ_LIMIT_MB = 100
"""A file above this is not read at all: no invoice is that large, and reading it may exhaust the machine."""

STANDARD_INPUT = Path("-")

Record = dict[str, object]

paths_named = click.argument(
    "paths",
    metavar="PATH...",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, allow_dash=True, path_type=Path),
)


@command(
    "convert",
    help=N_(
        """Turn UBL files (Peppol BIS 3, EN 16931, UBL.BE, e-fff, plain UBL 2.0 and 2.1) into e-fff files.

        PATH is a file or a folder, which is walked for XML files; - is standard input. Nothing leaves this
        machine and no account is needed. Exit code 0: every file was converted and may be sent; 1: at least one needs
        attention."""
    ),
)
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path)
)
@option(
    "--out",
    required=True,
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    help=N_("The folder for the e-fff files; it is made where there is none."),
)
@option(
    "--format",
    "target",
    type=click.Choice(["e-fff-1.0", "e-fff-3.0"]),
    default="e-fff-1.0",
    show_default=True,
    help=N_("The format to write."),
)
@option(
    "--pdf",
    metavar="FILE",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help=N_("The PDF of the document, where the XML holds none; with one file only."),
)
@option("--force", is_flag=True, help=N_("Replace files that are already there."))
@json_option
@with_session
def convert(
    session: Session, /, *, paths: tuple[Path, ...], out: Path, target: str, pdf: Path | None, force: bool
) -> int:
    """Converts each file and writes what came of it."""
    from core.efff.batch import Batch

    sources = list(_sources(paths, leave_out=out))
    if pdf is not None and len(sources) != 1:
        raise UsageError("option_only_alone", option="--pdf", count=len(sources))
    beside = _read(pdf) if pdf is not None else None
    outputs, batch = Outputs(out, replace=force), Batch()
    good = 0
    for source in sources:
        result = _guarded(source, lambda path: _convert_one(path, target, beside, outputs, batch)) | {"format": target}
        result.setdefault("output", None)
        good += bool(result["ok"])
        record(result) if session.json else _tell(result, _converted_line(result))
    return _summary(session, len(sources), good)


@command(
    "check",
    help=N_(
        """Check e-fff and UBL files against the rules.

        PATH is a file or a folder, which is walked for XML files; - is standard input. Exit code 0: no finding of level
        error."""
    ),
)
@click.argument(
    "paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(exists=True, allow_dash=True, path_type=Path)
)
@json_option
@with_session
def check(session: Session, /, *, paths: tuple[Path, ...]) -> int:
    """Checks each file and says what was found."""
    from core.efff.batch import Batch

    sources, batch = list(_sources(paths)), Batch()
    good = 0
    for source in sources:
        result = _guarded(source, lambda path: _check_one(path, batch))
        good += bool(result["ok"])
        record(result) if session.json else _tell(result, _checked_line(result))
    return _summary(session, len(sources), good)


def _sources(paths: tuple[Path, ...], *, leave_out: Path | None = None) -> Iterator[Path]:
    """The files named, and the XML files below the folders named, in a stable order, each once."""
    seen: set[Path] = set()
    own = leave_out.resolve() if leave_out is not None else None
    for path in paths:
        found = [path]
        if path.is_dir():
            if own == path.resolve():
                raise UsageError("out_is_source", where=str(path))
            found = sorted(file for file in path.rglob("*") if file.suffix.lower() == ".xml" and not file.is_dir())
            if own is not None and path.resolve() in own.parents:
                found = [file for file in found if own not in file.resolve().parents]
            if not found:
                diagnose("no_files", {"path": str(path)})
        for file in found:
            if file.resolve() not in seen:
                seen.add(file.resolve())
                yield file


def _read(path: Path) -> bytes:
    """The bytes of standard input or a regular file, of sensible size. Raises UsageError with the reason in words."""
    limit = READ_LIMIT_MB * 1_000_000
    try:
        if path == STANDARD_INPUT:
            content = sys.stdin.buffer.read(limit + 1)
            size = len(content)
        elif not path.is_file():
            raise UsageError("file_not_regular")
        else:
            size = path.stat().st_size
            content = path.read_bytes() if size <= limit else b""
        if size > limit:
            raise UsageError("file_too_large", size=round(size / 1_000_000), limit=READ_LIMIT_MB)
        return content
    except OSError as problem:
        raise UsageError("file_unreadable", problem=problem.strerror or "") from problem


def _guarded(source: Path, work: Callable[[Path], Record]) -> Record:
    """A file's record, whatever the file is: this is the edge at which nothing in a document ends the run."""
    try:
        return work(source)
    except UsageError as problem:
        return _failed(source, problem.code, problem.arguments)
    except (ProductError, KeyboardInterrupt):
        raise
    except Exception as problem:  # the command's edge: one file's trouble is that file's record
        return _failed(source, "conversion_crashed", {"kind": type(problem).__name__})


def _failed(source: Path, code: str, arguments: Arguments) -> Record:
    message = worded(code, arguments)
    finding = {
        "rule": "", "severity": "error", "where": "", "message": message.sentence,
        "code": code, "arguments": dict(arguments), "advice": message.advice, "blocks": True,
    }  # fmt: skip
    return {"source": str(source), "format": None, "ok": False, "findings": [finding], "derived": [], "dropped": []}


def _convert_one(source: Path, target: str, pdf: bytes | None, outputs: Outputs, batch: Batch) -> Record:
    from core.efff.convert import Format
    from core.efff.convert import convert as to_efff

    result = to_efff(_read(source), Format(target), pdf=pdf, batch=batch, name=str(source))
    written = outputs.write(result.file_name or "efff.xml", result.output) if result.output is not None else None
    return {
        "source": str(source),
        "output": str(written) if written else None,
        "format": target,
        "ok": result.ok,
        "findings": [_finding(finding) for finding in result.findings],
        "derived": [_change(change) for change in result.derived],
        "dropped": [_change(change) for change in result.dropped],
        "source_format": result.source_format,
        "pdf": result.pdf_origin,
        "carried_over": result.carried_over,
        "document": _document(result.invoice),
    }


def _check_one(source: Path, batch: Batch) -> Record:
    from core.efff.convert import check as check_rules

    name = "" if source == STANDARD_INPUT else str(source)
    result = check_rules(_read(source), file_name=name, batch=batch)
    return {
        "source": str(source),
        "format": result.source_format,
        "ok": result.ok,
        "findings": [_finding(finding) for finding in result.findings],
        "document": _document(result.invoice),
    }


def _finding(finding: Finding) -> Record:
    message = worded(finding.code, finding.arguments)
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "where": finding.where,
        "message": message.sentence,
        "code": finding.code,
        "arguments": dict(finding.arguments),
        "advice": message.advice,
        "blocks": finding.blocks,
    }


def _change(change: Derived | Dropped) -> Record:
    return {
        "path": change.path,
        "value": change.value,
        "why": worded(change.code, change.arguments).sentence,
        "code": change.code,
        "arguments": dict(change.arguments),
    }


def _converted_line(result: Record) -> str:
    if not result.get("output"):
        return _("not converted")
    if result["ok"]:
        return _("converted to {output}").format(output=neutral(str(result["output"])))
    return _("converted to {output}, but it must not be sent as it is").format(output=neutral(str(result["output"])))


def _checked_line(result: Record) -> str:
    kind = neutral(str(result["format"])) if result["format"] else _("unknown format")
    return f"{kind}, " + (_("no errors") if result["ok"] else _("has errors"))


SEVERITIES = {"error": N_("error"), "warning": N_("warning"), "info": N_("note")}


def _tell(result: Record, line: str) -> None:
    """A file's record in plain lines: one finding, derived or dropped value a line.

    Of many findings of a kind a few are told and the rest counted; `--json` lists them all.
    """
    from core.efff.order import grouped

    say(f"{neutral(str(result['source']))}: {line}")
    if result.get("document"):
        say(f"  {neutral(str(result['document']))}")
    for kind in grouped(_rows(result, "findings"), lambda finding: (finding["code"], finding["severity"])):
        for finding in kind.shown:
            rule = f"{finding['rule']} {finding['where']}".strip()
            _say_one(_severity(finding), finding["where"], f"{finding['message']} {finding['advice']}", rule)
        _say_rest(_severity(kind.shown[0]), [str(one["where"]) for one in kind.more], str(kind.shown[0]["rule"]))
    for name, word in (("derived", _("derived")), ("dropped", _("not carried over"))):
        for changes in grouped(_rows(result, name), lambda change: change["code"]):
            for change in changes.shown:
                told = f"{shortened(str(change['value']), 120)} ({change['why']})"
                _say_one(word, change["path"], told, str(change["path"]))
            _say_rest(word, [str(change["path"]) for change in changes.more])


def _severity(finding: Record) -> str:
    return _(SEVERITIES.get(str(finding["severity"]), N_("note")))


def _say_one(word: str, path: object, text: str, technical: str) -> None:
    """One line: what it is, where in words unless it says so itself, what it says; rule and path for who knows UBL."""
    place = in_words(str(path))
    says_itself = re.match(rf"{re.escape(place)}\b", text, re.IGNORECASE)
    beginning = f"{word}, {place}" if place and not says_itself else word
    told = _("{beginning}: {text}").format(beginning=beginning, text=text.strip())
    say(f"  {told}" + (f" [{neutral(technical)}]" if technical else ""))


def _say_rest(word: str, paths: list[str], technical: str = "") -> None:
    """How many more there are of a kind, and in which parts of the invoice."""
    if not paths:
        return
    told = ngettext("{count} more like it", "{count} more like it", len(paths)).format(count=len(paths))
    places = ", ".join(filter(None, dict.fromkeys(map(in_words, paths))))
    _say_one(word, "", f"{told} ({shortened(places, LONGEST_LIST)})" if places else told, technical)


def _document(invoice: Invoice | None) -> str:
    """Which document a file holds: kind, number, date, who to whom."""
    if invoice is None:
        return ""
    kind = _("Credit note {number}") if invoice.is_credit_note else _("Invoice {number}")
    names = (shortened(name, LONGEST) for name in (invoice.supplier.name, invoice.customer.name) if name)
    sides = " → ".join(names)
    number = kind.format(number=shortened(invoice.number or "–", LONGEST))
    return ", ".join(filter(None, (number, day(invoice.issue_date), sides)))


def _rows(result: Record, name: str) -> list[Record]:
    rows = result.get(name)
    return rows if isinstance(rows, list) else []


def _summary(session: Session, total: int, good: int) -> int:
    if not session.json:
        files = ngettext("{count} file", "{count} files", total).format(count=total)
        bad = total - good
        verdict = (
            ngettext("{bad} needs attention", "{bad} need attention", bad).format(bad=bad) if bad else _("all well")
        )
        say(f"{files}: {verdict}.")
    return DONE if good == total else ATTENTION
