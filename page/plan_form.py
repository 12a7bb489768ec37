"""The form of a plan. It has rows to add and remove, and keeps everything until it is accepted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData

from domain.case.events import MAXIMUM_PLAN_LENGTH, SubmitPlan
from domain.case.evidence_file import EvidenceFile
from domain.case.plans import Plan
from domain.case.view import CaseView
from domain.shared.events import SELLER
from web.languages import N_

MOST_ROWS = 20
MOST_CHARACTERS = 1000

PARTS = ("root_causes", "corrective_actions", "preventive_measures", "evidence")


FILES = "files"
"""The id of the field for files, and of the problems with them."""


@dataclass(frozen=True)
class PlanWords:
    """The form's messages for each part of a plan, to translate."""

    titles: Mapping[str, str]
    hints: Mapping[str, str]
    labels: Mapping[str, str]
    add: Mapping[str, str]
    most: int = MOST_ROWS


PLAN_WORDS = PlanWords(
    titles={
        "root_causes": N_("What caused it?"),
        "corrective_actions": N_("What have you done about it?"),
        "preventive_measures": N_("How will you keep it from happening again?"),
        "evidence": N_("Evidence (optional)"),
    },
    hints={
        "root_causes": N_("The root causes: not what happened, but why it could happen."),
        "corrective_actions": N_("What is already done, and since when."),
        "preventive_measures": N_("What is different from now on, and who sees to it."),
        "evidence": N_("Invoices, order numbers, links: whatever lets us see it for ourselves."),
    },
    labels={
        "root_causes": N_("Root cause %(number)s"),
        "corrective_actions": N_("Corrective action %(number)s"),
        "preventive_measures": N_("Preventive measure %(number)s"),
        "evidence": N_("Evidence %(number)s"),
    },
    add={
        "root_causes": N_("Add a root cause"),
        "corrective_actions": N_("Add a corrective action"),
        "preventive_measures": N_("Add a preventive measure"),
        "evidence": N_("Add evidence"),
    },
)

MISSING = {
    "root_causes": N_("Please name at least one root cause."),
    "corrective_actions": N_("Please name at least one corrective action."),
    "preventive_measures": N_("Please name at least one preventive measure."),
}

UNCHANGED = N_(
    "This is the plan that we could not accept, unchanged. Please change what our answer asks for."
)
TOO_LONG = N_("This text is too long: %(most)s characters at most, and it has %(has)s.")
TOO_MANY = N_("Please name %(most)s at most.")
UNREADABLE = N_("This text has characters that cannot be shown. Please type it anew.")
TOO_MUCH = N_(
    "The plan is too long: %(most)s characters at most in all, and it has %(has)s. "
    "Please shorten it."
)


@dataclass(frozen=True)
class Problem:
    """A problem with a field: a message to translate, and its values."""

    field_id: str
    """The id of the field, or of the form if the problem is with the whole form."""
    message: str
    values: Mapping[str, int | str] = field(default_factory=dict)


@dataclass
class PlanForm:
    """The texts that a seller has typed, by part."""

    rows: dict[str, list[str]]
    problems: list[Problem] = field(default_factory=list)
    files: list[EvidenceFile] = field(default_factory=list)
    """The files of the plan. Each is in the store."""
    file_problems: list[Problem] = field(default_factory=list)
    """The problems with files, which plan() leaves as they are."""
    try_later: bool = False
    """Whether one of them is an outage of ours."""
    added: str | None = None
    """The id of the row to focus after a row was added or removed."""

    @classmethod
    def blank(cls) -> "PlanForm":
        """Return a form with an empty row in each part."""
        return cls({part: [""] for part in PARTS})

    @classmethod
    def of_plan(cls, plan: Plan) -> "PlanForm":
        """Return a form filled with an earlier version."""
        rows = {part: list(getattr(plan.plan, part)) or [""] for part in PARTS}
        return cls(rows, files=list(plan.plan.files))

    @classmethod
    def of_form(cls, form: FormData) -> "PlanForm":
        """Return the posted form, with normal line breaks, and at most one row too many."""
        return cls(
            {
                part: [
                    str(text).replace("\r\n", "\n") for text in form.getlist(part)[: MOST_ROWS + 1]
                ]
                or [""]
                for part in PARTS
            }
        )

    def rearranged(self, add: str | None, remove: str | None) -> bool:
        """Add or remove a row if the form asks for it. Return whether it does."""
        if add in self.rows:
            if len(self.rows[add]) < MOST_ROWS:
                self.rows[add].append("")
            self.added = f"{add}-{len(self.rows[add])}"
            return True
        ids = {f"{p}-{n + 1}": (p, n) for p, texts in self.rows.items() for n in range(len(texts))}
        if remove in ids:
            part, index = ids[remove]
            del self.rows[part][index]
            self.rows[part] = self.rows[part] or [""]
            self.added = f"{part}-{min(index + 1, len(self.rows[part]))}"
            return True
        return add is not None or remove is not None

    @property
    def all_problems(self) -> list[Problem]:
        """The problems with texts, then those with files."""
        return [*self.problems, *self.file_problems]

    @property
    def said(self) -> list[tuple[str, list[str]]]:
        """The titles, to translate, each with what was typed."""
        return [
            (PLAN_WORDS.titles[part], [text for text in texts if text])
            for part, texts in self.rows.items()
        ]

    def problem(self, field_id: str) -> Problem | None:
        """Return the problem with a field, if any."""
        return next((p for p in self.problems if p.field_id == field_id), None)

    def plan(self) -> SubmitPlan | None:
        """Return the plan, or None after setting `problems`. Blank rows are ignored."""
        kept = {
            part: [(n, text) for n, text in enumerate(texts, 1) if text.strip()]
            for part, texts in self.rows.items()
        }
        try:
            return SubmitPlan.model_validate(
                {
                    "by": SELLER,
                    "files": self.files,
                    **{part: [t for _, t in rows] for part, rows in kept.items()},
                }
            )
        except ValidationError as error:
            # Pydantic does not count bad rows. If a part has only bad rows, do not report that it
            # is too short.
            self.problems = [
                self._problem(e, kept)
                for e in error.errors()
                if not (e["type"] == "too_short" and kept[str(e["loc"][0])])
            ]
            return None

    def is_unchanged(self, rejected: str) -> bool:
        """Return whether this is the rejected plan, by its mark. If so, set `problems`.

        A third rejection escalates the case, and no seller should get there by mistake.
        """
        plan = self.plan()
        if plan is None or not rejected or mark_of(plan) != rejected:
            return False
        self.problems = [Problem("plan", UNCHANGED)]
        return True

    def _problem(self, error: ErrorDetails, kept: Mapping[str, list[tuple[int, str]]]) -> Problem:
        match error["loc"]:
            case (str(part), int(index)):
                number, text = kept[part][index]
                where = f"{part}-{number}"
                if error["type"] == "string_too_long":
                    sizes = {"most": MOST_CHARACTERS, "has": len(text.strip())}
                    return Problem(where, TOO_LONG, sizes)
                return Problem(where, UNREADABLE)
            case (str(part),):
                if error["type"] == "too_long":
                    return Problem(f"{part}-1", TOO_MANY, {"most": MOST_ROWS})
                return Problem(f"{part}-1", MISSING[part])
        has = sum(len(text.strip()) for text in _texts(kept.values()))
        return Problem("plan", TOO_MUCH, {"most": MAXIMUM_PLAN_LENGTH, "has": has})


def mark_of(plan: SubmitPlan) -> str:
    """Return a mark of the plan's text. It does not depend on who submitted the plan."""
    text = plan.model_dump_json(exclude={"by"})
    return sha256(text.encode()).hexdigest()[:32]


def form_to_go_on_from(case: CaseView) -> PlanForm:
    """Return a form with the newest version if there is one, else an empty form."""
    return PlanForm.of_plan(case.plans[-1]) if case.plans else PlanForm.blank()


def _texts(parts: Iterable[list[tuple[int, str]]]) -> list[str]:
    return [text for rows in parts for _, text in rows]
