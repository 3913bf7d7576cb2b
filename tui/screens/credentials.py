"""The three credentials: Pingwin's own labels, where each is found, its shape while typing, a test, save.

A value never leaves its field but as a masked type, and never comes back: what is stored is shown as a fingerprint, the
last four characters, or in full for the File ID (decision 18).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from typing import ClassVar

from pydantic import SecretStr
from textual.widget import Widget

from core.operations.setup import installing, trial
from core.operations.setup.connections import Verdict
from core.operations.setup.credentials import CredentialField, CredentialView, shape_problem
from tui.actions import Scope
from tui.i18n import _
from tui.journey import Journey
from tui.plain import neutral
from tui.screens.form import FormScreen, shape_check
from tui.widgets.confirm_bar import Answer, Question
from tui.widgets.field import Field
from tui.widgets.menu import Choice, Menu
from tui.widgets.spans import Line, Span
from tui.words import labels

Values = dict[CredentialField, SecretStr]


class CredentialsScreen(FormScreen):
    """API Key, CLID (Client ID), File ID."""

    scopes: ClassVar[tuple[Scope, ...]] = (Scope.FORM, Scope.CREDENTIALS)
    guide: ClassVar[str] = "credentials"

    def __init__(self, journey: Journey | None = None, space: str = "") -> None:
        super().__init__(journey)
        self._space = space or (journey.space.id if journey and journey.space else "")
        self._tested: Values | None = None
        self._seen: list[CredentialView] | None = None

    def about(self) -> Line:
        """Of which space."""
        return (Span("  " + neutral(self.app.space_names().get(self._space, ""))),)

    def content(self) -> Iterable[Widget]:
        """The three fields and what can be done with them."""
        for label in labels.CREDENTIALS:
            check = shape_check(partial(shape_problem, label.field))
            yield Field(label.field.value, label.label, label.where, secret=label.secret, check=check)
        choices = [
            Choice("test", _("Test"), _("sends no document")),
            Choice("save", _(labels.SAVE_CONFIGURATION)),
            Choice("mail", _("The e-mail that asks for the CLID"), _("to copy")),
        ]
        if trial.is_trial(self.app.desk):
            choices.insert(0, Choice("made_up", _("Fill in the sandbox's made-up values")))
        yield Menu(choices, id="choices", column=44)

    def on_mount(self) -> None:
        """What is stored already."""
        self._look_again()

    def _look_again(self) -> None:
        self.stored(
            "read the credentials", lambda: installing.credentials(self.app.own_desk(), self._space), self._known
        )

    def _known(self, views: list[CredentialView]) -> None:
        self._seen = views
        for view in views:
            if view.present:
                shown = _("stored: {shown}; leave empty to keep it").format(shown=view.shown)
                self.field(view.field.value).input.placeholder = shown

    def given(self) -> Values:
        """The fields that were filled in."""
        values = {field: self.field(field.value).secret for field in CredentialField}
        return {field: value for field, value in values.items() if value.get_secret_value()}

    # -- choices -----------------------------------------------------------------------------------------------------

    def picked(self, choice: str) -> None:
        """Fill in, test, save, or the e-mail."""
        match choice:
            case "made_up":
                self.stored("read the sandbox", lambda: trial.values(self.app.own_desk()), self._fill)
            case "test":
                self._test()
            case "save":
                self.do_save()
            case "mail":
                self.app.open_mail(self._space)

    def _fill(self, values: Values) -> None:
        for field, value in values.items():
            self.field(field.value).input.value = value.get_secret_value()
        self.say(_("Filled in: they open the sandbox's dossier only."))
        self.query_one(Menu).pick("test")

    def _test(self) -> None:
        values = self.given()
        self.testing()

        def tested(verdict: Verdict) -> None:
            self._tested = values if verdict.ok else None
            self.show_verdict(verdict)
            if verdict.ok:
                self.query_one(Menu).pick("save")

        self.work(
            "test the credentials",
            lambda: installing.try_credentials(self.app.desk, self._space, values),
            tested,
            self.not_tested,
        )

    def do_save(self) -> None:
        """Saves; without a test that passed, only after a question."""
        values = self.given()
        if self.app.desk.readonly:
            self.say_code("readonly")
        elif not values:
            self._finish_unchanged()
        elif self._tested == values:
            self._save(values)
        else:
            question = Question(
                _("These values were not tested, or the test failed. Save them all the same?"),
                answers=(Answer("y", _("Save anyway"), "yes"),),
            )
            self.ask(question, lambda value, _reason: self._save(values) if value else None)

    def _finish_unchanged(self) -> None:
        """Nothing typed: fine where all three are stored already."""

        def judged(views: list[CredentialView]) -> None:
            if all(view.present for view in views):
                self.done()
            else:
                self.say(_("Nothing is filled in yet."), "warning")

        self.stored("read the credentials", lambda: installing.credentials(self.app.own_desk(), self._space), judged)

    def _save(self, values: Values) -> None:
        def saved(views: list[CredentialView]) -> None:
            for field in CredentialField:
                self.field(field.value).input.value = ""
            self._known(views)
            missing = [labels.credential(view.field).label for view in views if not view.present]
            if missing:
                self.say(_("Saved. Still missing: {names}.").format(names=", ".join(missing)), "warning")
                return
            self.say(_("Saved."), "success")
            self.done()

        self.stored(
            "save the credentials",
            lambda: installing.set_credentials(self.app.own_desk(), self._space, values, seen=self._seen),
            saved,
            self._look_again,
        )
