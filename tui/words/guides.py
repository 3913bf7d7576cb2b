"""What each screen is for, in the words the screen, the walkthrough and the `?` help share. Data only.

`purpose` says what the screen is for, `after` what comes next; `questions` are what people ask there, with answers.
"""

from __future__ import annotations

from dataclasses import dataclass

from tui.i18n import N_, _


@dataclass(frozen=True, slots=True)
class Guide:
    """The texts of one screen, as message ids."""

    title_msgid: str
    purpose_msgid: str
    after_msgid: str = ""
    questions: tuple[tuple[str, str], ...] = ()

    @property
    def title(self) -> str:
        """The screen's name."""
        return _(self.title_msgid)

    @property
    def purpose(self) -> str:
        """What it is for."""
        return _(self.purpose_msgid)

    @property
    def after(self) -> str:
        """What comes next."""
        return _(self.after_msgid)


OLDER = (
    N_("Can I bring over older documents?"),
    N_("Yes, one by one: press h in the queue, go to the document, press i. Nothing old goes out by itself."),
)
FORMAT = (
    N_("In which format do documents arrive?"),
    N_("As e-fff files: the invoice as XML with its PDF inside, one file a document."),
)
NOT_THERE = (
    N_("Why is a document not in the queue?"),
    N_(
        "Only documents approved (purchases) or sent (sales) after activation come by themselves. "
        "Press h to see the history, or look in Banqup whether it is approved or sent."
    ),
)
DISCONNECTING = (
    N_("What happens when I disconnect?"),
    N_("Nothing goes out any more, at once. The queue, the record and the credentials stay."),
)
CLID_QUESTION = (
    N_("How do I get my CLID?"),
    N_(
        "Ask Pingwin by e-mail; it is not in the program. The e-mail is written for you, to copy: the last line of "
        "Configuration (Manage, then c)."
    ),
)

ASKED_EVERYWHERE = (CLID_QUESTION, OLDER, FORMAT, DISCONNECTING, NOT_THERE)
"""What people ask wherever they are: every help answers it, after what the screen itself is about."""

GUIDES: dict[str, Guide] = {
    "welcome": Guide(
        N_("Welcome"),
        N_(
            "This brings approved purchases and sent sales documents from Banqup into Pingwin, as e-fff files: "
            "once each, in order, with a record of everything."
        ),
        N_("Next: the connections, then Pingwin in one space. You can stop at any time; it goes on where you left it."),
        (FORMAT, OLDER),
    ),
    "banqup": Guide(
        N_("Connection to Banqup"),
        N_(
            "Once for this machine. Banqup's Developer Portal gives an app its id and secret; enable the API products "
            "for documents there. Then let it into each space: company name > Settings > External applications > "
            "Add external app, with the roles Purchase assistant and Sales assistant."
        ),
        N_("Next: where the documents go."),
        (
            (
                N_("Where is the address?"),
                N_("Banqup gives it with the app id. It is not public, so none is filled in."),
            ),
            (
                N_("Who may let the app in?"),
                N_(
                    "An administrator of the space. The two roles may read purchases and sales, and can neither "
                    "approve nor send. If Banqup refuses to show documents, take the two responsible roles instead."
                ),
            ),
        ),
    ),
    "pingwin": Guide(
        N_("Where documents go"),
        N_(
            "Once for this machine. Pingwin's upload is not public: every profile below is UNCONFIRMED until Pingwin "
            "says what is right. A folder works without one: Pingwin reads files from a directory."
        ),
        N_("Next: the app launcher, to install Pingwin in a space."),
        (
            (
                N_("Which one do I take?"),
                N_("What Pingwin told you. If you do not know, take the folder and import the files by hand."),
            ),
        ),
    ),
    "find": Guide(
        N_("Find"),
        N_("Type what the customer says, and press enter. The ledger is asked first, then Banqup itself."),
        questions=(
            (
                N_("What can I type?"),
                N_(
                    "A number (also a part of it), a party, a VAT number, an amount, a date, a structured "
                    "communication, Pingwin's reference, an id, or a File ID for all that went to that dossier. "
                    "Several words must all fit."
                ),
            ),
            NOT_THERE,
        ),
    ),
    "dry_run": Guide(
        N_("Dry run"),
        N_("The document as it would go out now: fetched, converted, checked, and the very request. Nothing is sent."),
    ),
    "activity": Guide(
        N_("Activity"),
        N_("Every request to Banqup and Pingwin, every file and every change, in order. The recorder is always on."),
        questions=(
            (
                N_("Can I show this to others?"),
                N_(
                    "No credential is ever in it, and nothing of a document but numbers and addresses of files. "
                    "For support, make a bundle."
                ),
            ),
        ),
    ),
    "launcher": Guide(
        N_("App launcher"),
        N_("Extensions for your spaces. Type a name to look for it: Pingwin."),
        N_("Next: choose the space in which it is installed."),
    ),
    "space": Guide(
        N_("Which space?"),
        N_("The spaces that let this app in. Each space of Banqup sends to one dossier of Pingwin."),
        N_("Next: your consent."),
    ),
    "install": Guide(
        N_("Install Pingwin"),
        N_(
            "With your consent, documents of this space are used: invoices and credit notes that are approved or sent, "
            "with their PDF. Other documents are not read. Nothing is sent before you activate it."
        ),
        N_("Next: the dossier's enterprise numbers."),
        (
            (
                N_("Where do I switch off Banqup's own extension?"),
                N_("In Banqup: app launcher, Pingwin, Manage, switch Active off and confirm."),
            ),
        ),
    ),
    "numbers": Guide(
        N_("Enterprise numbers of the dossier"),
        N_(
            "They tell a purchase from a sale, and a document of this dossier from a stray one. "
            "Several are possible: a VAT unit, foreign registrations."
        ),
        N_("Next: the three credentials."),
    ),
    "credentials": Guide(
        N_("Configuration"),
        N_("Three values open the dossier in Pingwin. They stay on this machine."),
        N_("Next: activation."),
        (
            CLID_QUESTION,
            (
                N_("What does the test prove?"),
                N_(
                    "It asks a harmless question and says for each value what was proven and what not. "
                    "It never sends a document."
                ),
            ),
        ),
    ),
    "activate": Guide(
        N_("Activation"),
        N_("From the moment it is active, what is approved or sent in Banqup goes to Pingwin by itself."),
        N_("Next: the live queue."),
        (OLDER, DISCONNECTING),
    ),
    "first": Guide(
        N_("One document first"),
        N_(
            "Choose one that you know. It alone goes to Pingwin, and you look there whether it is right. The space "
            "becomes active with uploads paused: what is approved meanwhile waits in the queue, nothing is lost."
        ),
        "",
        (FORMAT, OLDER),
    ),
    "queue": Guide(
        N_("Queue"),
        N_(
            "Every document on its way to Pingwin. What needs you stands first, then what moves, then what is done. "
            "The lines below the table say why the one under the cursor is where it is, and what to do."
        ),
        "",
        (NOT_THERE, OLDER, FORMAT, DISCONNECTING),
    ),
    "document": Guide(
        N_("Delivery"),
        N_(
            "Everything about one document: why it is where it is, what its check found, each try with the server's "
            "own words, and what was derived or not carried over. Its files can be saved."
        ),
    ),
    "xml": Guide(
        N_("XML"),
        N_(
            "The file that goes to Pingwin, or the source it was made from, element by element. The lines below the "
            "tree show the path and the whole value of the one under the cursor."
        ),
        "",
        (FORMAT,),
    ),
    "spaces": Guide(
        N_("Spaces"),
        N_("All spaces with Pingwin installed, and how they are. Enter shows the queue of one."),
    ),
    "manage": Guide(
        N_("Manage"),
        N_(
            "The installation of one space: Active on or off, pause, credentials, enterprise numbers, and what is "
            "sent (t)."
        ),
        "",
        (DISCONNECTING, CLID_QUESTION),
    ),
    "trigger": Guide(
        N_("What is sent"),
        N_(
            "A purchase goes over when it is fully approved in Banqup, a sale when it is sent. Where nobody approves "
            "in Banqup, validated purchases can go over too."
        ),
    ),
    "reconcile": Guide(
        N_("Reconcile"),
        N_(
            "Banqup's list of a period, by issue date, against what went over: totals by VAT code, what is not settled "
            "and why, what went over twice."
        ),
    ),
    "connections": Guide(
        N_("This machine"),
        N_(
            "What holds for all spaces: the connection to Banqup, where documents go, and the engine that does "
            "the work."
        ),
    ),
    "help": Guide(N_("Help"), N_("What the screen is for, and its keys.")),
}
