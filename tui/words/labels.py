"""The names that stand in Banqup's and Pingwin's own screens, verbatim in four languages, and where to find each.

Source: the Pingwin reference, section 1 (labels of the help article) and decision 19. The translations live in the
catalogues; a test holds them against the published wording.
"""

from __future__ import annotations

from dataclasses import dataclass

from core.operations.setup.installing import CredentialField
from tui.i18n import N_, _

SAVE_CONFIGURATION = N_("Save configuration")
APP_LAUNCHER = N_("App launcher")
DISCOVER_MORE = N_("Discover more")
INSTALL = N_("Install")
MANAGE = N_("Manage")
ACTIVE = N_("Active")
DISCONNECT = N_("Disconnect")
FILE_SETTINGS = N_("File settings")
FILE_PARAMETERS = N_("File Parameters")
FILE_INFORMATION = N_("File Information")

HIDDEN = N_("kept by another user: the engine may read it, this user may not")
"""What is said of a credential that may well be there (`CredentialView.hidden`), instead of that it is missing."""


@dataclass(frozen=True, slots=True)
class CredentialLabel:
    """One of the three settings: its name, where it is found, and whether its value is a secret."""

    field: CredentialField
    label_msgid: str
    where_msgid: str
    secret: bool

    @property
    def label(self) -> str:
        """The name, as Banqup's own configuration page shows it."""
        return _(self.label_msgid)

    @property
    def where(self) -> str:
        """Where a person finds the value."""
        return _(self.where_msgid).format(
            file_settings=_(FILE_SETTINGS), file_parameters=_(FILE_PARAMETERS), file_information=_(FILE_INFORMATION)
        )


CREDENTIALS: tuple[CredentialLabel, ...] = (
    CredentialLabel(
        CredentialField.API_KEY,
        N_("API Key"),
        N_("In the Pingwin program, signed in: {file_settings} > {file_parameters}."),
        True,
    ),
    CredentialLabel(
        CredentialField.CLID,
        N_("CLID (Client ID)"),
        N_("Not in the program: ask Pingwin for it by e-mail. It is yours alone."),
        True,
    ),
    CredentialLabel(
        CredentialField.FILE_ID,
        N_("File ID"),
        N_("In the Pingwin program: {file_parameters} > {file_information}, upper right corner. It names the dossier."),
        False,
    ),
)


def credential(field: CredentialField) -> CredentialLabel:
    """The label of one of the three."""
    return next(label for label in CREDENTIALS if label.field is field)
