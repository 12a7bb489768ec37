"""Every text that is shown in a state, as who reads it reads it."""

import asyncio
import html
import re
from collections.abc import Hashable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import timedelta
from io import StringIO
from itertools import product
from unittest.mock import patch

from rich.console import Console, Group, RenderableType
from starlette.requests import Request

from cli.case.case_details import case_details
from cli.case.watch import _line
from cli.case.words import how_it_ended, meaning_of, status_of, what_next
from cli.enrollment.words import enrollment_details
from domain.case.activity_inputs import tell_desk_input
from domain.case.status import CLOSED
from domain.case.steps import TellDesk
from domain.case.view import view_of
from domain.shared.account import Store
from domain.shared.steps import WaitUntil
from mail.composer import Composer
from page.case_page import CasePage
from page.feedback import Feedback
from page.responses import Responses
from page.seller_workflows import Found
from page.visits import Visit, Visits
from reference.page_links import Signer, Visitor
from temporal_client.snapshot import Snapshot
from tests.mail.emails import LINKED, PLAIN, TAGS
from tests.promises.states import Moment
from tests.reading import text_of
from workflows.case import web_ui as story
from workflows.enrollment import web_ui as enrollment_story

VISIT = Visit(Visitor("case/US/A2EXAMPLE", Store.US, "A2EXAMPLE"), "nonce")
_HIDDEN = re.compile(
    r"<(head|script|style)\b.*?</\1>|<p[^>]*\bhidden>.*?</p>|<!--.*?-->", re.DOTALL
)
_TAG = re.compile(r"<[^>]+>")


@dataclass(frozen=True)
class Text:
    """A text, and the state that it is shown in."""

    kind: str
    """`page`, `mail`, `letter`, `client`, `web ui` or `desk`."""
    language: str
    words: str
    moment: Moment

    def __str__(self) -> str:
        return f"{self.kind} in {self.language} after {' > '.join(self.moment.path)}"


def shown_in(cases: Sequence[Moment], answered: Sequence[Moment]) -> Iterator[Text]:
    """Every text about these cases; `answered`: as an update is answered, before more is done."""
    for moment in (*_of_pages(cases), *answered):
        yield from _by_the_client(moment)
    for moment in cases:
        yield from _in_the_web_ui(moment)
        yield from _to_the_desk(moment)
    yield from _mails(cases)
    with closing(Site()) as site:
        yield from site.pages(_of_pages(cases))


def shown_of_enrollments(moments: Sequence[Moment]) -> Iterator[Text]:
    """Every text about these enrollments."""
    for moment in moments:
        assert moment.standing is not None
        assert moment.enrollment is not None
        page = enrollment_details("US/A2EXAMPLE", Snapshot(moment.standing, moment.now))
        yield Text("client", "en", _printed(page), moment)
        details = enrollment_story.details(moment.enrollment, moment.now, moment.steps)
        yield Text("web ui", "en", details, moment)
    seen: set[Hashable] = set()
    for moment in moments:
        for letter in moment.letters:
            key = (letter.about, letter.reason, letter.days_below, moment.enrolled)
            # News that was overtaken while it waited is followed by what is new.
            overtaken = moment.standing is None or letter.reason != moment.standing.reason
            if overtaken or (key, moment.deactivated) in seen:
                continue
            seen.add((key, moment.deactivated))
            for language, tag in TAGS.items():
                input = letter.model_copy(update={"language": tag})
                for composer, known in ((LINKED, True), (PLAIN, False)):
                    written = composer.to_member(input)
                    words = f"{written['Subject']} {text_of(written)}"
                    yield Text(
                        "letter", language, words, replace(moment, desk_phone=known, linked=known)
                    )
    with closing(Site()) as site:
        yield from site.pages(moments)


def _by_the_client(moment: Moment) -> Iterator[Text]:
    case = moment.case
    assert case is not None
    view = view_of(case)
    if not moment.steps and case.closed_at is None:
        said = f"{status_of(view)}: {meaning_of(view)}. "
        said += f"Next: {what_next(view)}." if what_next(view) else ""
        yield Text("client", "en", said, moment)
        return
    snapshot = Snapshot(view, moment.now)
    ended = how_it_ended(view) if case.status in CLOSED else ""
    for words in (_printed(case_details(snapshot)), f"{_line(snapshot)}. {ended}"):
        yield Text("client", "en", words, moment)


def _printed(page: RenderableType) -> str:
    """Print a page up to its timeline, which would be most of it."""
    assert isinstance(page, Group)
    *parts, timeline = page.renderables
    assert isinstance(timeline, Group)
    assert "Timeline" in str(timeline.renderables[0])
    into = StringIO()
    Console(file=into, width=400, markup=False, highlight=False).print(*parts, sep="\n")
    return " ".join(into.getvalue().split())


def _in_the_web_ui(moment: Moment) -> Iterator[Text]:
    case = moment.case
    assert case is not None
    told = story.details(case, moment.now).partition("### Timeline")[0]
    yield Text("web ui", "en", told, moment)
    for step in moment.steps:
        if isinstance(step, WaitUntil):
            yield Text("web ui", "en", story.wait_summary(case, step.moment), moment)


def _to_the_desk(moment: Moment) -> Iterator[Text]:
    case = moment.case
    assert case is not None
    for step in moment.steps:
        if isinstance(step, TellDesk):
            message = PLAIN.to_desk(tell_desk_input(case, step.due))
            words = f"{message['Subject']} {message.get_content()}"
            yield Text("desk", "en", words.partition("Timeline (UTC)")[0], moment)


def mails_of(
    moment: Moment, composers: Sequence[tuple[Composer, bool]] = ((LINKED, True), (PLAIN, False))
) -> Iterator[Text]:
    """The e-mails to the seller that leave at this moment, in every language."""
    for input in moment.mail:
        at = replace(moment, mail=(input,))
        for language, tag in TAGS.items():
            for composer, known in composers if language == "en" else composers[:1]:
                written = composer.to_seller(input.model_copy(update={"language": tag}))
                words = f"{written['Subject']} {text_of(written)}"
                yield Text("mail", language, words, replace(at, desk_phone=known, linked=known))


def _mails(moments: Sequence[Moment]) -> Iterator[Text]:
    seen: set[Hashable] = set()
    for moment in moments:
        for input in moment.mail:
            key = (
                *(input.about, input.calls, input.button, input.number_needed),
                *(input.status, input.reason, input.note is None),
            )
            if key not in seen:
                seen.add(key)
                yield from mails_of(replace(moment, mail=(input,)))


def _of_pages(moments: Sequence[Moment]) -> list[Moment]:
    """One of those that no page could tell apart."""
    found: dict[Hashable, Moment] = {}
    for moment in moments:
        case = moment.case
        assert case is not None
        again = case.call_again_from if case.call_requests.times else None
        key = (
            case.status,
            case.reason if case.status in CLOSED else None,
            case.policy is None,
            case.outreach.number.cannot_be_called,
            case.conversation_required,
            bool(case.plans.versions) and (case.plans.versions[-1].decision or "new"),
            again is not None and again > moment.now,
            case.deadline is not None and case.deadline > moment.now,
            bool(case.attempts.agenda),
            {a.to == case.account.emergency_phone for a in moment.calls_under_way} or None,
        )
        found.setdefault(repr(key), moment)
    return list(found.values())


def _rings(moment: Moment) -> bool:
    return bool(moment.calls_under_way)


def _in_every_language(moment: Moment) -> Hashable:
    case, standing = moment.case, moment.standing
    if case is None:
        assert standing is not None
        met = tuple(requirement.met for requirement in standing.requirements)
        return (standing.status, standing.deactivated, standing.qualifies_on is None, met)
    return (
        *(
            case.status,
            case.outreach.number.cannot_be_called,
            case.conversation_required,
            _rings(moment),
        ),
        case.policy is not None and case.takes_requests(moment.now),
        case.deadline is not None and case.deadline > moment.now,
        bool(case.plans.versions) and case.plans.versions[-1].decision is None,
    )


class _NoTemporal:
    """What the page finds of a seller: what it is told."""

    def __init__(self) -> None:
        self.found = Found(None, None, standing_unknown=False)

    async def find(self, _: Visitor) -> Found:
        return self.found


class Site:
    """The sellers' page, without a server and without Temporal."""

    def __init__(self) -> None:
        self._runner = asyncio.Runner()
        self._workflows = _NoTemporal()
        visits = Visits(Signer(["k"]), "https://shop.example", timedelta(1), timedelta(1))
        self._sites = {
            known: Responses(
                self._workflows,  # type: ignore[arg-type]  # which is asked for nothing but `find`
                visits,
                "1",
                "+12065550198" if known else None,
            )
            for known in (True, False)
        }

    def pages(self, moments: Sequence[Moment]) -> Iterator[Text]:
        """The page in English, and in each language where not only a list is another."""
        seen: set[Hashable] = set()
        for moment in moments:
            everywhere, told = (
                _in_every_language(moment) not in seen,
                (moment.status, _rings(moment)),
            )
            for language in TAGS if everywhere else ("en",):
                yield self.page(moment, language)
            if moment.case is not None and told not in seen:
                for language, news in product(TAGS, ("plan", "call")):
                    yield self.page(moment, language, news)
            seen |= {_in_every_language(moment), told}

    def close(self) -> None:
        """End its event loop."""
        self._runner.close()

    def page(
        self,
        moment: Moment,
        language: str,
        news: str | None = None,
        *,
        standing_unknown: bool = False,
    ) -> Text:
        """The page as a seller reads it."""
        view = view_of(moment.case) if moment.case else None
        self._workflows.found = Found(view, moment.standing, standing_unknown)
        request = Request({"type": "http", "headers": []})
        request.state.language = language
        known = len(moment.path) % 2 == 0
        with patch("page.responses.case_page", lambda view: CasePage(view, moment.now)):
            response = self._runner.run(
                self._sites[known].show(request, VISIT, Feedback(news=news))
            )
        words = html.unescape(_TAG.sub(" ", _HIDDEN.sub(" ", bytes(response.body).decode())))
        return Text("page", language, " ".join(words.split()), replace(moment, desk_phone=known))
