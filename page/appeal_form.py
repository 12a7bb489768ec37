"""The forms of an appeal: the appeal itself, and an answer to our question."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import ValidationError
from starlette.datastructures import FormData

from domain.appeal.events import AddInformation, Appeal
from domain.case.evidence_file import EvidenceFile
from domain.shared.events import SELLER
from page.plan_form import TOO_LONG, UNREADABLE, Problem
from web.languages import N_

MOST_CHARACTERS = 4000
"""Of one text."""

_MISSING = N_("Please write something here.")
NO_NEW_EVIDENCE = N_(
    "A second appeal needs evidence that the first did not have. Please write it here, or choose "
    "a file."
)


@dataclass(frozen=True)
class AppealText:
    """A text of a form: its name, and messages to translate."""

    name: str
    title: str
    hint: str
    rows: int = 6


WHAT_HAPPENED = AppealText(
    "what_happened", N_("What happened?"), N_("In your own words, and in order.")
)
GROUNDS = AppealText(
    "grounds",
    N_("What was wrong with the decision, or what have you mended?"),
    N_("Why your account should be active."),
)
EVIDENCE = AppealText(
    "evidence",
    N_("Evidence (optional)"),
    N_("Invoices, order numbers, links: whatever lets us see it for ourselves."),
    rows=3,
)
INFORMATION = AppealText("text", N_("What do you want to add?"), N_("If we asked, your answer."))


@dataclass(frozen=True)
class AppealKind:
    """One of the two forms."""

    name: str
    """What is sent by it: `appeal` or `information`."""
    path: str
    fields: tuple[AppealText, ...]
    button: str
    """A message to translate."""
    event: type[Appeal] | type[AddInformation]
    """What the form makes."""


APPEAL = AppealKind(
    "appeal", "/appeal", (WHAT_HAPPENED, GROUNDS, EVIDENCE), N_("Send the appeal"), Appeal
)
ADDED = AppealKind(
    "information", "/appeal/information", (INFORMATION,), N_("Send this"), AddInformation
)


@dataclass
class AppealForm:
    """What a seller has typed in a form of an appeal."""

    kind: AppealKind
    texts: dict[str, str]
    state: str = ""
    """How the appeal stood when the form was shown (`AppealPage.state`)."""
    problems: list[Problem] = field(default_factory=list)
    files: list[EvidenceFile] = field(default_factory=list)
    """Each is in the store."""
    file_problems: list[Problem] = field(default_factory=list)
    try_later: bool = False
    """Whether one of them is an outage of ours."""

    @classmethod
    def of_form(cls, kind: AppealKind, form: FormData | None = None) -> "AppealForm":
        """Return the posted form, with normal line breaks; without one, an empty form."""
        posted: Mapping[str, object] = form if form is not None else {}
        texts = {f.name: str(posted.get(f.name, "")).replace("\r\n", "\n") for f in kind.fields}
        return cls(kind, texts, str(posted.get("state", "")))

    @property
    def all_problems(self) -> list[Problem]:
        """The problems with texts, then those with files."""
        return [*self.problems, *self.file_problems]

    @property
    def said(self) -> list[tuple[str, list[str]]]:
        """The titles, to translate, each with what was typed."""
        typed = [(f.title, self.texts[f.name]) for f in self.kind.fields]
        return [(title, [text] if text else []) for title, text in typed]

    def problem(self, field_id: str) -> Problem | None:
        """Return the problem with a field, if any."""
        return next((p for p in self.problems if p.field_id == field_id), None)

    def event(self) -> Appeal | AddInformation | None:
        """Return what is to be sent, or None after setting `problems`."""
        try:
            return self.kind.event.model_validate({"by": SELLER, "files": self.files, **self.texts})
        except ValidationError as error:
            found = {str(e["loc"][0]): e["type"] for e in error.errors()}
            self.problems = [self._problem(name, what) for name, what in found.items()]
            return None

    def needs_new_evidence(self) -> None:
        """Say that the second appeal was refused for want of new evidence."""
        self.problems = [Problem(EVIDENCE.name, NO_NEW_EVIDENCE)]

    def _problem(self, name: str, what: str) -> Problem:
        if what == "string_too_long":
            sizes = {"most": MOST_CHARACTERS, "has": len(self.texts[name].strip())}
            return Problem(name, TOO_LONG, sizes)
        return Problem(name, _MISSING if what == "string_too_short" else UNREADABLE)
