"""The forms of the case page: their fields, what was typed in them, and what is wrong with it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData

from desk.case_page import CasePage
from desk.roles import Action, Person
from desk.update_ids import update_id
from domain.shared.events import Event
from web.forms import number_in, text_of
from web.languages import N_

_REQUIRED = N_("Please fill this in.")
_CHOOSE = N_("Please choose one.")
_PROBLEMS = {
    "string_too_long": N_("This is too long."),
    "string_too_short": _REQUIRED,
    "string_pattern_mismatch": N_("This is not in the form that is asked for."),
    "enum": _CHOOSE,
    "missing": _REQUIRED,
}
Given = Mapping[str, Any]  # Any: checked by the event that is made of it
"""What was typed in a form, with `by`, `seen`, `version` and `holder`."""
MARKETPLACE_ONLY = N_("The seller does not see it.")
_UNREADABLE = N_("This cannot be read. Please type it anew.")


@dataclass(frozen=True)
class Choice:
    """Something to choose. The texts are messages to translate."""

    value: str
    label: str
    effect: str = ""
    """What will happen."""
    final: bool = False
    """Whether it cannot be taken back, so that it is asked again."""


@dataclass(frozen=True)
class Field:
    """A field of a form. The texts are messages to translate."""

    name: str
    label: str
    kind: str = "line"
    """`line`, `note` (several lines), `choice`, `flag` or `issue` (one of the case's)."""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    required: bool = True
    action: Action | None = None
    """What the role must include besides, to see and to send the field."""


NOTE_FIELD = Field("note", N_("Note"), "note")


@dataclass(frozen=True)
class CaseForm:
    """Something that can be done in a case. The texts are messages to translate."""

    name: str
    """The last part of its address, and its id on the page."""
    action: Action
    """What the role must include."""
    update: str
    event: Callable[[Given], Event]
    """Makes the update's argument from `by`, the typed texts, `seen` and `version`.

    Any: what the texts say is checked here, and raises ValidationError.
    """
    title: str
    button: str
    effect: str
    """What it will do, if that is the same whatever is chosen."""
    done: str
    """What is said afterwards."""
    fields: tuple[Field, ...] = ()
    final: bool = False
    """Whether it cannot be taken back, whatever is chosen."""
    offered: Callable[[CasePage, Person], bool] = lambda case, _: case.is_open
    """Whether it makes sense now. The case itself has the last word."""


def only(event: type[Event], *names: str) -> Callable[[Given], Event]:
    """Return what makes an event of these texts, and of who acts."""

    def made(given: Given) -> Event:
        return event.model_validate({name: given[name] for name in ("by", *names)})

    return made


@dataclass
class Typed:
    """What somebody typed in a form, and what is wrong with it."""

    form: CaseForm
    run: str
    """The case's first run."""
    seen: int
    version: int | None
    holder: str | None
    """Who had the case, as was shown."""
    texts: dict[str, str]
    problems: dict[str, str] = field(default_factory=dict)
    """By the field's name: a message to translate."""

    def update_id(self, session_id: str, content: str) -> str:
        """Return an update's id. The same form with the same content counts once.

        With what was seen: the same answer again, after the first came to nothing, is another.
        """
        return update_id(session_id, self.run, self.form.name, str(self.seen), content)

    @classmethod
    def of(cls, form: CaseForm, posted: FormData) -> "Typed":
        """Return what was posted. What our page would not send is read as nothing."""
        return cls(
            form=form,
            run=text_of(posted, "run") or "",
            seen=number_in(text_of(posted, "seen")) or 0,
            version=number_in(text_of(posted, "version")),
            holder=text_of(posted, "holder") or None,
            texts={
                one.name: (text_of(posted, one.name) or "").replace("\r\n", "\n")
                for one in form.fields
            },
        )

    @property
    def written(self) -> list[str]:
        """What was written in the fields, and not chosen."""
        return [self.texts[f.name] for f in self.form.fields if f.kind in ("line", "note")]

    @property
    def chosen(self) -> Choice | None:
        """What was chosen, if the form has a choice."""
        choices = (c for f in self.form.fields for c in f.choices if self.texts[f.name] == c.value)
        return next(choices, None)

    @property
    def flagged(self) -> bool:
        """Whether a box was ticked."""
        return any(f.kind == "flag" and self.texts[f.name] for f in self.form.fields)

    @property
    def is_final(self) -> bool:
        """Whether it cannot be taken back."""
        chosen = self.chosen
        return self.form.final or self.flagged or (chosen is not None and chosen.final)

    def argument(self, person: Person) -> Event | None:
        """Return the update's argument, or None after setting `problems`."""
        given = {name: text.strip() for name, text in self.texts.items()}
        for one in self.form.fields:
            if one.required and not given[one.name]:
                self.problems[one.name] = _CHOOSE if one.kind == "choice" else _REQUIRED
        if self.problems:
            return None
        known = {"by": person.name, "seen": self.seen, "version": self.version}
        try:
            return self.form.event(
                known | {"holder": self.holder} | {n: text or None for n, text in given.items()}
            )
        except ValidationError as error:
            names = [one.name for one in self.form.fields]
            for found in error.errors():
                if not found["loc"]:  # a rule of several fields, of which one is missing
                    empty = next((name for name in names if not given[name]), names[-1])
                    self.problems.setdefault(empty, _REQUIRED)
                    continue
                named = [str(part) for part in found["loc"] if part in names]
                where = named[-1] if named else names[-1]
                self.problems.setdefault(where, _PROBLEMS.get(found["type"], _UNREADABLE))
            return None
