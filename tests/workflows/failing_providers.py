"""A telephone and a mail server that are down at hours of a case's own clock, and keep a log.

Time is skipped for each case apart, so a provider reads the hour off the activity that asks it.
"""

from datetime import datetime, timedelta
from email.message import EmailMessage

from temporalio import activity

from domain.case.attempt import Channel
from domain.shared.result import Result
from providers.protocols import Dial, GoesOn, ProviderFailed
from tests.engine import HOUR
from tests.outages import CALL, EMAIL, Outage, Seen

DESK = "desk@case72.example"
RINGS_FOR = timedelta(seconds=0.02)
LONG_OUTAGE = timedelta(minutes=5)
"""For so long a provider that knows that it is down asks to be left alone."""


class Log(Seen):
    """What the providers know of a case."""

    def __init__(self, *outages: Outage) -> None:
        super().__init__()
        self.outages = outages
        self.asked: list[tuple[Channel, float]] = []
        """Every time a provider was asked to do something, in an outage too."""
        self.desk_told: list[float] = []
        self.ringing = self.most_at_once = 0
        self._begins: datetime | None = None

    def asks(self, channel: Channel) -> float:
        """The hour at which a provider is asked.

        Raises:
            ProviderFailed: it is down.
        """
        info = activity.info()
        # What a case does first, it does at the hour 0.
        self._begins = self._begins or info.scheduled_time
        hour = (info.started_time - self._begins) / HOUR
        self.asked.append((channel, hour))
        for outage in self.outages:
            if outage.covers(channel, hour, hour):
                long = outage.ends - outage.begins > 1
                raise ProviderFailed("down", retry_after=LONG_OUTAGE if long else None)
        return hour


class FailingProviders:
    """Telephone and mail; every call that rings goes unanswered."""

    def __init__(self) -> None:
        self._logs: dict[str, Log] = {}
        self._dialled: set[str] = set()

    def log(self, seller_id: str, *outages: Outage) -> Log:
        """The log of a case to come, whose providers will be down at `outages`."""
        self._logs[seller_id] = Log(*outages)
        return self._logs[seller_id]

    def _log(self) -> Log:
        workflow_id = activity.info().workflow_id
        assert workflow_id is not None
        return self._logs[workflow_id.rpartition("/")[2]]

    async def find(self, dial: Dial, age: timedelta) -> str | None:
        """The call, if it was dialled."""
        return dial.key if dial.key in self._dialled else None

    async def wait_before(self, dial: Dial) -> timedelta:
        """One call at a time is what is looked for elsewhere."""
        return timedelta(0)

    async def dial(self, dial: Dial, instead_of: str | None = None) -> GoesOn:
        """Let it ring."""
        log = self._log()
        log.rang.append(log.asks(CALL))
        self._dialled.add(dial.key)
        log.ringing += 1
        log.most_at_once = max(log.most_at_once, log.ringing)
        return GoesOn(dial.key, RINGS_FOR)

    async def result(self, call: str) -> Result | None:
        """Nobody calls back."""
        raise NotImplementedError

    def is_same(self, call: str, other: str) -> bool:
        """Nobody calls back."""
        raise NotImplementedError

    async def look(self, call: str) -> Result:
        """Nobody answers, which is known at the first look."""
        self._log().ringing -= 1
        return Result.NO_ANSWER

    async def hang_up(self, call: str) -> Result | None:
        """Too late for that."""
        return await self.look(call)

    def served_by(self, call: str) -> str | None:
        """There is but one."""
        return None

    async def send(self, message: EmailMessage, returns_to: str | None = None) -> Result:
        """Accept it."""
        log = self._log()
        hour = log.asks(EMAIL)
        subject = str(message["Subject"])
        if DESK in str(message["To"]):
            log.desk_told.append(hour)
        elif "ontact us by" in subject:
            log.accepted.append(hour)
            if subject.startswith("Final notice"):
                log.final_notices.append(hour)
        return Result.ACCEPTED
