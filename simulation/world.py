"""The world that simulated cases meet: what sellers, desk and providers do (docs/simulation.md)."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Self, TypeVar

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, model_validator

from domain.shared.text import Frozen, Language, TimeZone
from reference.contact_check import zone_problem

_LONGEST = 24 * 90
"""Hours. No delay and no outage is longer."""
_MOST_AGAIN = 0.9
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
"""The years for which time zones are known well enough."""
_MOST_SECONDS = 600
"""A call that is longer would come too close to a call's time limit."""

T = TypeVar("T", bound=str)


def _adds_up(mix: dict[T, float]) -> dict[T, float]:
    if abs(sum(mix.values()) - 1) > 0.001:
        raise ValueError("the shares must add up to 1")
    return mix


def _ends(mix: dict[T, float]) -> dict[T, float]:
    """Refuse a mix by which a case would hardly ever end."""
    for value, share in mix.items():
        if value in (Verdict.MORE_INFORMATION, Ruling.RESUME) and share > _MOST_AGAIN:
            raise ValueError(f"{value} must not exceed {_MOST_AGAIN}, or cases would not end")
    return mix


def _real_zones(mix: dict[str, float]) -> dict[str, float]:
    for zone in mix:
        if problem := zone_problem(zone):
            raise ValueError(f"{zone} {problem}")
    return mix


def _is_text(value: object) -> object:
    if not isinstance(value, str | datetime):
        raise ValueError("must be text, such as 2026-03-02T00:00:00Z")  # noqa: TRY004
    return value


def _in_range(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"must be in the years {_FIRST_YEAR} to {_LAST_YEAR}")
    return moment


Number = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Share = Annotated[Number, Field(ge=0, le=1)]
Hours = Annotated[Number, Field(gt=0, le=_LONGEST)]
Seconds = Annotated[int, Field(strict=True, ge=1, le=_MOST_SECONDS)]
Factor = Annotated[Number, Field(ge=0, le=10)]
Duration = Annotated[Number, Field(ge=0, le=480)]
Begins = Annotated[AwareDatetime, BeforeValidator(_is_text), AfterValidator(_in_range)]
TimeZones = Annotated[
    dict[TimeZone, Share],
    Field(min_length=1),
    AfterValidator(_adds_up),
    AfterValidator(_real_zones),
]
Languages = Annotated[
    dict[Language, Share], Field(min_length=1, max_length=400), AfterValidator(_adds_up)
]


class Delay(Frozen):
    """How long something takes, in hours: half of it at most `median`, nine tenths `p90`.

    The delays are log-normal: none is negative, and a few are very long.
    """

    median: Hours
    p90: Hours

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.p90 < self.median:
            raise ValueError("p90 must not be less than median")
        return self


class Answer(StrEnum):
    """What a seller does who has read an e-mail and answers it."""

    REPLY = "reply"
    REQUEST_CALL = "request_call"
    PLAN = "plan"


class Verdict(StrEnum):
    """What a reviewer makes of a plan, by how good it is."""

    ACCEPT = "accept"
    MORE_INFORMATION = "more_information"
    REJECT = "reject"


class Ruling(StrEnum):
    """What a lead makes of an escalation."""

    RESOLVE = "resolve"
    DEACTIVATE = "deactivate"
    RESUME = "resume"


class Calls(Frozen):
    """What becomes of a call."""

    picked_up: Annotated[tuple[Share, ...], Field(min_length=24, max_length=24)]
    """The share of calls that somebody picks up, for each hour of the seller's day from 0 on."""
    by_weekday: Annotated[tuple[Factor, ...], Field(min_length=7, max_length=7)]
    """What that is multiplied by, from Monday to Sunday."""
    never_picked_up: Share
    """The share of sellers who never pick up, whatever the hour. `picked_up` is of the others."""
    acknowledged: Share
    """The share of those who pick up and then press the key, or speak with us."""
    voicemail: Share
    """The share of the other calls that a machine answers."""
    busy: Share
    """The share of the other calls that find the line busy."""
    invalid_numbers: Share
    """The share of sellers whose number does not exist."""
    ring_seconds: Seconds
    """How long a call takes that nobody picks up."""
    talk_seconds: Seconds
    """How long a call takes that somebody or something picks up."""

    @model_validator(mode="after")
    def _are_shares(self) -> Self:
        for hour, share in enumerate(self.picked_up):
            for day, factor in enumerate(self.by_weekday):
                if share * factor > 1 + 1e-9:
                    raise ValueError(
                        f"picked_up.{hour} times by_weekday.{day} is {share * factor:g}, above 1"
                    )
        if self.voicemail + self.busy > 1:
            raise ValueError("voicemail and busy together must not exceed 1")
        return self


class Emails(Frozen):
    """What becomes of an e-mail."""

    bounced: Share
    """The share of sellers whose address does not work."""
    never_read: Share
    """The share of sellers who read no e-mail of ours. `read` is of the others."""
    read: Share
    """The share of e-mails that are read."""
    until_read: Delay
    answered: Share
    """The share of those read that are answered."""
    until_answered: Delay
    """From when it was read."""
    answered_by: Annotated[dict[Answer, Share], Field(min_length=1), AfterValidator(_adds_up)]


class Plans(Frozen):
    """What becomes of sellers who were reached."""

    submitted: Share
    """The share of sellers who send a plan, once reached; of those asked again likewise."""
    until_submitted: Delay
    reviewed_as: Annotated[
        dict[Verdict, Share], Field(min_length=1), AfterValidator(_adds_up), AfterValidator(_ends)
    ]


class Minutes(Frozen):
    """How many minutes each piece of work takes a person at the desk."""

    review: Duration
    decision: Duration
    conversation: Duration


class Desk(Frozen):
    """What the desk does, how soon, and how long it works on it."""

    until_reviewed: Delay
    until_decided: Delay
    decided_as: Annotated[
        dict[Ruling, Share], Field(min_length=1), AfterValidator(_adds_up), AfterValidator(_ends)
    ]
    minutes: Minutes


class Down(StrEnum):
    """What can be down."""

    TELEPHONE = "telephone"
    MAIL = "mail"
    ENGINE = "engine"
    """Ours: no worker runs."""


class Outage(Frozen):
    """A time in which something does not do its work."""

    of: Down
    from_hour: Annotated[Number, Field(ge=0, le=24 * 366)]
    """Hours after the world begins."""
    hours: Hours


class World(Frozen):
    """A world. Shares are of 1, delays are in hours."""

    begins: Begins
    days: Annotated[Number, Field(gt=0, le=366)]
    """Over how many days cases open, evenly."""
    time_zones: TimeZones
    languages: Languages
    """No measure depends on it yet."""
    calls: Calls
    emails: Emails
    plans: Plans
    desk: Desk
    outages: Annotated[tuple[Outage, ...], Field(max_length=100)] = ()
    counts: dict[str, Annotated[int, Field(ge=0)]] = Field(default_factory=dict, max_length=200)
    """Of how many observations a fitted value is. The simulation does not use it."""

    def span_of(self, outage: Outage) -> tuple[datetime, datetime]:
        """Return when an outage begins, and when it is over."""
        start = self.begins + timedelta(hours=outage.from_hour)
        return start, start + timedelta(hours=outage.hours)
