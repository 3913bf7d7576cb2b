"""What became of a document, by what the customer says of it: one sentence, and the documents behind it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, ClassVar

from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input

from core.operations.views import finding
from core.operations.views.finding import Answer, Found
from tui.actions import Scope
from tui.i18n import _, count
from tui.plain import neutral
from tui.screens.form import FormScreen
from tui.widgets.entry import Entry
from tui.widgets.lines import Paragraph
from tui.widgets.menu import Choice, Menu
from tui.words.answers import facts, sentence
from tui.words.status import delivery_face

if TYPE_CHECKING:
    from core.operations.views.dry_run import DryRun


class LookedAt(Message):
    """So many documents of Banqup's list were looked at."""

    def __init__(self, space: str, documents: int) -> None:
        super().__init__()
        self.space = space
        self.documents = documents

    def can_replace(self, message: Message) -> bool:
        """Only the newest count matters."""
        return isinstance(message, LookedAt)


class FindScreen(FormScreen):
    """A field, the sentence, the documents."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.LIST,)
    guide: ClassVar[str] = "find"

    def __init__(self) -> None:
        super().__init__()
        self._found: Found | None = None

    def content(self) -> Iterable[Widget]:
        """What to look for, and what became of it."""
        yield Entry(id="wanted", placeholder=_("number, party, VAT number, amount, date, +++...+++"))
        yield Paragraph(id="answer", classes="above")
        yield Menu(id="answers", column=36, classes="above")

    def on_input_submitted(self, event: Input.Submitted) -> None:
        """Looks: in the ledger, then in Banqup."""
        event.stop()
        text = event.value.strip()
        if not text:
            return
        self.say(_("Looking ..."))
        self.work("find", lambda: self._look(text), self._show)

    async def _look(self, text: str) -> Found:
        space = self.app.space
        found = await self.app.in_background(lambda: finding.in_ledger(self.app.own_desk(), text, space))
        return found or await finding.in_banqup(self.app.desk, text, space, self._tell)

    def _tell(self, space: str, documents: int) -> None:
        self.post_message(LookedAt(space, documents))

    def on_looked_at(self, message: LookedAt) -> None:
        """How far the search in Banqup has come."""
        text = _("Looking in Banqup, {space}: {count} documents so far")
        self.say(text.format(space=neutral(message.space), count=count(message.documents)))

    def _show(self, found: Found) -> None:
        self._found = found
        said = sentence(found.headline)
        self.query_one("#answer", Paragraph).show(f"{said.sentence} {said.advice}".strip(), "strong")
        menu = self.query_one(Menu)
        menu.offer([self._choice(place, answer) for place, answer in enumerate(found.answers)])
        self.say("")
        if found.answers:
            menu.focus()

    def _choice(self, place: int, answer: Answer) -> Choice:
        number, party, issued, amount = facts(answer)
        row = answer.delivery
        state = delivery_face(row).word if row else _("in Banqup only")
        return Choice(str(place), f"{number}  {party}", f"{state}  {issued}  {amount}".rstrip())

    def on_picker_moved(self) -> None:
        """The sentence of the document under the cursor, where there are several."""
        chosen = self.query_one(Menu).chosen
        if self._found is None or chosen is None or chosen.id == "0":
            return
        said = sentence(self._found.answers[int(chosen.id)])
        self.query_one("#answer", Paragraph).show(f"{said.sentence} {said.advice}".strip(), "strong")

    def picked(self, choice: str) -> None:
        """Everything about it, where it has a delivery."""
        answer = self._found.answers[int(choice)] if self._found else None
        if answer is not None and answer.delivery is not None:
            self.app.open_document(answer.delivery.id)
        elif answer is not None and answer.document is not None:
            document = answer.document
            self.say(_("Only Banqup knows it: trying what would become of it ..."))

            async def tried() -> DryRun:
                from core.operations.views.dry_run import dry_run  # brings the converter, which finding needs not

                return await dry_run(self.app.desk, document.id, document.space)

            self.work("dry run", tried, self._show_dry_run)

    def _show_dry_run(self, found: DryRun) -> None:
        from tui.screens.dry_run import DryRunScreen

        self.say("")
        self.app.push_screen(DryRunScreen(found))
