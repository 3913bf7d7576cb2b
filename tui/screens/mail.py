"""The e-mail that asks Pingwin for the CLID, written for the user, to copy; with the open questions to the vendor."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.widget import Widget

from tui.actions import Scope
from tui.i18n import _
from tui.plain import neutral
from tui.screens.base import ConsoleScreen
from tui.screens.install import shown_number
from tui.widgets.sheet import Sheet
from tui.widgets.spans import Line, Span, wrap


class MailScreen(ConsoleScreen[None]):
    """The text of the e-mail."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.MAIL,)
    guide: ClassVar[str] = "credentials"
    AUTO_FOCUS: ClassVar[str | None] = "Sheet"

    def __init__(self, space: str = "") -> None:
        super().__init__()
        self._space = space

    def body(self) -> Iterable[Widget]:
        """One sheet."""
        yield Sheet(id="mail")

    def heading(self) -> Line:
        """What it is."""
        return (Span(" " + _("E-mail to Pingwin"), "strong"), Span("  " + _("c copies it")))

    def on_mount(self) -> None:
        """The text."""
        remark = _("Pingwin's address is not public: look on its contract or invoice.")
        self.say(remark)
        self.query_one(Sheet).show(lambda width: _lines(self._text(), width))

    def _text(self) -> str:
        """The e-mail, signed with the company of the space."""
        spaces = self.app.snapshot.spaces if self.app.snapshot else ()
        known = [each.installation for each in spaces if each.installation.space == self._space]
        signed = [
            part
            for installation in known
            for part in (installation.name, *map(shown_number, installation.enterprise_numbers))
        ]
        return "\n".join((mail_text(), *map(neutral, signed)))

    def do_copy_mail(self) -> None:
        """Hands it to the terminal's clipboard (OSC 52)."""
        self.app.copy_to_clipboard(self._text())
        self.say(_("Handed to your terminal's clipboard, where it allows that (OSC 52)."))


def _lines(text: str, width: int) -> list[Line]:
    """A numbered question hangs under its own number."""
    return [
        (Span(f" {part}"),)
        for paragraph in text.split("\n")
        for part in wrap(paragraph, width - 2, hanging=3 if paragraph[:1].isdigit() and ". " in paragraph else 0)
    ]


def mail_text() -> str:
    """The e-mail."""
    return _(
        "Subject: CLID for the connection Banqup - Pingwin\n"
        "\n"
        "Dear Pingwin,\n"
        "\n"
        "We bring approved purchase invoices and sent sales invoices from Banqup into our Pingwin dossier, as e-fff "
        "files. Please send us our CLID (Client ID).\n"
        "\n"
        "Could you also tell us:\n"
        "1. the endpoint and method of the upload, and where the three values (API Key, CLID, File ID) go in it;\n"
        "2. which format you read: e-fff 1.0 (UBL 2.0), e-fff 3.0 (UBL 2.1) or Peppol BIS 3;\n"
        "3. how a purchase is told from a sale;\n"
        "4. whether the answer carries an id, and whether a document can be asked for afterwards;\n"
        "5. what happens when the same document arrives twice;\n"
        "6. the limits of size and of documents a minute;\n"
        "7. whether there is a test dossier;\n"
        "8. whether one CLID covers several dossiers, and how a key is renewed;\n"
        "9. where a folder import reads from, and how the folder is laid out.\n"
        "\n"
        "Kind regards"
    )
