"""What it takes to reach a seller for real.

E-mails go through the activity to a local SMTP server, calls through a whole case on an embedded
server to a stand-in for Twilio. Both ends, and Temporal, share this machine's processors.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from temporalio.testing import ActivityEnvironment

from activities.emails import EmailActivities
from domain.case.attempt import Channel
from domain.shared.result import Result
from experiments.benchmarks.report import Found, Row
from providers.protocols import Mail
from providers.smtp.mail import Security
from tests.certificates import certificates
from tests.engine import OpenCase, engine_in
from tests.providers.callback_stage import result_of, staged
from tests.providers.calling_back import CallingBack
from tests.providers.letters import COMPOSER, email_input
from tests.providers.mail_server import mail_server
from tests.providers.twilio_calls import SELLER, Story
from tests.providers.twilio_stand_in import TwilioStandIn, twilio_stand_in
from tests.workflows.events import CONTACT
from workflows.case.issue_case import IssueCase

ABOUT = (
    "E-mails go through the activity to a local SMTP server, calls through a whole case to a "
    "stand-in for Twilio. Both ends share this machine's processors. After a callback the call's "
    "result is read, and a worker replays the case, which takes longer than the goal in a slow "
    "hour."
)
_EMAILS = 600
_AT_ONCE = 50
_HANG_UPS = 20
_CALLBACKS = 15


STORIES = (
    ("nobody answers for 30 s", Story(before=30)),
    (
        "answered after 10 s, joined to the desk",
        Story(10, "completed", detected=4, desk="in-progress", lasts=60),
    ),
    ("a machine after 20 s", Story(20, "completed", by="machine_start", detected=4, lasts=60)),
    ("busy", Story(0.5, "busy")),
)


async def measure(folder: Path, found: Found) -> list[Row]:
    """Measure every figure."""
    async with mail_server() as box:
        emails = [await _emails(box.client(), "without TLS")]
    signed = certificates(folder)
    async with mail_server(starttls=signed.good) as box:
        emails.append(
            await _emails(box.client(Security.STARTTLS, ca_file=signed.ca_file), "STARTTLS")
        )
    calls = await asyncio.gather(*(_call(folder / str(n), *s) for n, s in enumerate(STORIES)))
    return [*emails, *calls, await _hanging_up(folder), await _called_back(folder)]


async def _emails(mail: Mail, how: str) -> Row:
    activities = EmailActivities(mail, COMPOSER)
    numbers = iter(range(_EMAILS))

    async def worker() -> None:
        for number in numbers:
            to = email_input(email=f"seller{number}@kettle.example")
            assert await ActivityEnvironment().run(activities.send_email, to) is Result.ACCEPTED

    begin = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))
    rate = _EMAILS / (time.perf_counter() - begin)
    return Row(f"e-mails through the activity, {how}, {_AT_ONCE} at once", f"{rate:.0f} /s")


@asynccontextmanager
async def _calling(folder: Path, story: Story) -> AsyncIterator[tuple[TwilioStandIn, OpenCase]]:
    folder.mkdir()
    async with (
        twilio_stand_in(stories={SELLER: story}) as twilio,
        engine_in(folder, telephone=twilio.telephone()) as engine,
    ):
        yield twilio, await engine.open(emergency_phone=SELLER, wait=False)


async def _call(folder: Path, what: str, story: Story) -> Row:
    async with _calling(folder, story) as (twilio, case):
        await case.when(
            lambda v: any(a.channel is Channel.CALL and a.result for a in v.attempts), 60
        )
        return Row(f"requests of a call: {what}", f"{len(twilio.requests)}")


async def _hanging_up(folder: Path) -> Row:
    took = []
    for number in range(_HANG_UPS):
        async with _calling(folder / f"hang-up-{number}", Story(60)) as (twilio, case):
            while not twilio.placed:
                await asyncio.sleep(0.05)
            await asyncio.sleep(1.5 + number / _HANG_UPS)  # at some moment between two looks
            turned_up = time.time()
            await case.tell(IssueCase.report_contact, CONTACT)
            while (ended := twilio.placed[0].ended_by_us) is None:
                await asyncio.sleep(0.05)
            took.append(ended - turned_up)
    middle, most = statistics.median(took), max(took)
    return Row("from turning up to hang-up, median (most)", f"{middle:.2f} s ({most:.2f} s)")


class _Timed(CallingBack):
    """Notes when it called back last, by the wall clock."""

    last = 0.0

    async def post(self, url: str, form: dict[str, str], signed: str | None = None) -> int:
        """Send one, as it comes out of the proxy, and say what is answered."""
        self.last = time.time()
        return await super().post(url, form, signed)


async def _called_back(folder: Path) -> Row:
    """Time a callback that says that nobody answered, until the case has drawn its conclusions."""
    took = []
    for number in range(_CALLBACKS):
        place = folder / f"called-back-{number}"
        place.mkdir()
        async with (
            twilio_stand_in(stories={SELLER: Story(2)}) as twilio,
            staged(place, None, twilio, _Timed) as stage,
        ):
            case = await stage.engine.open(wait=False, emergency_phone=SELLER)
            await case.when(lambda view: result_of(view) is Result.NO_ANSWER, 30)
            assert isinstance(stage.back, _Timed)
            took.append(await _concluded_at(case) - stage.back.last)
    middle, most = statistics.median(took) * 1000, max(took) * 1000
    return Row(
        "from the provider's callback to the case's status, median (most)",
        f"{middle:.0f} ms ({most:.0f} ms)",
        goal="50 ms",
        met=middle <= 50,
    )


async def _concluded_at(case: OpenCase) -> float:
    """Return when the workflow task ended that took the newest result of an activity."""
    at = 0.0
    waits = False
    for event in (await case.handle.fetch_history()).events:
        if event.HasField("activity_task_completed_event_attributes"):
            waits = True
        elif waits and event.HasField("workflow_task_completed_event_attributes"):
            at, waits = event.event_time.ToNanoseconds() / 1e9, False
    return at
