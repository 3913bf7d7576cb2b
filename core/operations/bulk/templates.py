"""Named option sets: triggers, format and own VAT codes that new installations begin with."""

from __future__ import annotations

from core.errors import UsageError
from core.installations import Options, Template
from core.operations.desk import Desk
from core.operations.setup.credentials import installed


def templates(desk: Desk) -> list[Template]:
    """All of them, by name."""
    return desk.installations.templates()


def options_of(desk: Desk, name: str) -> Options:
    """What a template says; without a name, the product's own options. Raises UsageError where there is none."""
    if not name:
        return Options()
    found = next((each for each in templates(desk) if each.name == name), None)
    if found is None:
        raise UsageError("no_such_template", name=name)
    return found.options


def save(desk: Desk, name: str, space: str) -> Template:
    """Keeps the options of an installation under a name."""
    desk.must_write()
    wanted = "".join(c for c in name.strip() if c.isprintable())[:60]
    if not wanted:
        raise UsageError("template_name_missing")
    template = Template(name=wanted, options=installed(desk, space).options)
    desk.installations.save_template(template)
    return template


def delete(desk: Desk, name: str) -> None:
    """Forgets a template. Raises UsageError where there is none."""
    desk.must_write()
    if not desk.installations.remove_template(name):
        raise UsageError("no_such_template", name=name)
