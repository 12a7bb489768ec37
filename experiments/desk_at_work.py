"""Five people at the desk work 200 cases at once, each in a real browser, on a real server.

`python -m experiments.desk_at_work [--minutes N] [--cases N] [--seed N]`. Sellers send plans
meanwhile. Afterwards each case's timeline must have what each person did, once, and nothing else of
theirs; no answer may be an error of ours, and nobody may have done what their role may not.
"""

import argparse
import asyncio
import shutil
import tempfile
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from uuid import uuid4

from playwright.async_api import Browser, Locator, Page, Response, async_playwright
from playwright.async_api import TimeoutError as PlaywrightTimeout
from starlette.applications import Starlette
from temporalio.client import WorkflowUpdateFailedError
from temporalio.service import RPCError

from desk.app import desk_routes
from desk.dev_people import DevPeople
from desk.identity import Attempt, Identity, Token
from desk.roles import Role
from domain.case.events import SubmitPlan
from runtime.desk_settings import DeskSettings, desk_on_this_machine
from runtime.logs import configure_logs
from runtime.program import end
from runtime.web_server import open_socket
from tests.engine import OpenCase, engine_in
from web.middleware import HeadersAndLog, without_redirects
from web.server import serving
from workflows.case.issue_case import IssueCase

PEOPLE = {
    "specialist.chen": Role.SPECIALIST,
    "specialist.diaz": Role.SPECIALIST,
    "reviewer.okafor": Role.REVIEWER,
    "reviewer.haas": Role.REVIEWER,
    "lead.ortiz": Role.LEAD,
}
_MAY_NOT = {Role.SPECIALIST: "decide", Role.REVIEWER: "withdraw"}
"""A form of the case page that the role may not send."""
_ANSWERS = {
    "review": ("accept", "more_information", "reject"),
    "decide": ("resolve", "resume", "deactivate"),
    "conversation": ("plan_expected", "unresolved"),
}
_PATIENT_MS = 30_000
_TRIES = 20
_TOLD_WITHIN_MS = 5_000


class Everybody(DevPeople):
    """The five people, in place of an OpenID provider. `whom` is who signs in next."""

    whom = ""

    async def sign_in_address(self, attempt: Attempt) -> str:
        """Return where the browser goes: straight back."""
        return f"/desk/signed-in?state={attempt.state}&code={self.whom}"

    async def identify(self, attempt: Attempt, code: str, issuer: str | None) -> Identity:
        """Return who signs in."""
        return _identity(code)

    async def check(self, subject: str, token: Token) -> Identity:
        """Return the same person."""
        return _identity(subject)


def _identity(name: str) -> Identity:
    return Identity(name, name, frozenset({PEOPLE[name].value}), Token("access_token", ""))


@dataclass
class Ledger:
    """What everybody did, as they saw it."""

    done: list[str] = field(default_factory=list)
    """The note of each action that the desk confirmed; each note is written once."""
    refused: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Worker:
    """A person with their browser."""

    name: str
    page: Page
    origin: str
    sellers: list[str]
    random: Random
    ledger: Ledger

    async def work(self, until: float) -> None:
        """Go from case to case, and do something in each."""
        self.page.on("response", self._look_at)
        self.page.on("pageerror", lambda error: self.ledger.wrong.append(f"script: {error}"))
        while time.monotonic() < until:
            at = "/desk/next"
            if self.random.random() < 0.5:
                at = f"/desk/case/US/{self.random.choice(self.sellers)}"
            await self.page.goto(f"{self.origin}{at}")
            if "/desk/case/" not in self.page.url:
                await asyncio.sleep(0.5)
                continue
            if self.random.random() < 0.1:
                await self._try_what_they_may_not()
            await self._take()
            await self._act()

    def _look_at(self, response: Response) -> None:
        if response.status == 503:  # Temporal was slow to answer, and the desk says so
            self.ledger.counts["not answered in time"] += 1
        elif response.status >= 500:
            self.ledger.wrong.append(f"{response.status} for {response.request.method}")

    async def _take(self) -> None:
        take = self.page.locator('form[action$="/take"] button')
        if await take.count() and self.random.random() < 0.5:
            await take.click()
            self.ledger.counts["take"] += 1

    async def _act(self) -> None:
        offered = []
        for name in ("review", "decide", "confirm", "conversation", "note"):
            if await self._form(name).count():
                offered.append(name)
        if not offered:
            return
        # Judging comes first, as it does for whoever works there.
        name = offered[0] if self.random.random() < 0.6 else self.random.choice(offered)
        form, note = self._form(name), f"note {uuid4().hex}"
        folded = self.page.locator(f"details#{name}:not([open]) > summary")
        if await folded.count():
            await folded.click()
        if answers := _ANSWERS.get(name):
            await form.locator(f'input[value="{self.random.choice(answers)}"]').check()
        await form.locator("textarea").fill(note)
        await form.locator("button:not([name])").first.click()
        sure = self.page.locator('button[name="sure"]')
        if await sure.count():
            await sure.click()
        await self._write_down(name, note)

    def _form(self, name: str) -> Locator:
        return self.page.locator(f'form[action*="/{name}#"]')

    async def _write_down(self, name: str, note: str) -> None:
        again = self.page.locator("section.alone form button.primary:not([name])")
        for _ in range(_TRIES):
            if await self._is_told():
                break
            if await again.count():  # what was typed is still there, and counts once
                await again.click()
            else:  # it was done, and the case could not be shown
                await self.page.reload()
        if await self.page.locator(".notice.good").count():
            self.ledger.done.append(note)
            self.ledger.counts[name] += 1
        elif await self.page.locator(".notice.bad").count():
            self.ledger.refused.append(note)
            self.ledger.counts[f"{name} refused: somebody was first"] += 1
        else:
            self.ledger.wrong.append(f"{name}: neither done nor refused, at {self.page.url}")

    async def _is_told(self) -> bool:
        """Wait a little for the page that says what came of it."""
        with suppress(PlaywrightTimeout):
            told = self.page.locator(".notice.good, .notice.bad")
            await told.first.wait_for(timeout=_TOLD_WITHIN_MS)
            return True
        return False

    async def _try_what_they_may_not(self) -> None:
        name = _MAY_NOT.get(PEOPLE[self.name])
        proof = self.page.locator('input[name="csrf"]').first
        if name is None or not await proof.count():
            return
        form: dict[str, str | float | bool] = {
            "csrf": await proof.get_attribute("value") or "",
            "note": f"forbidden {uuid4().hex}",
            "decision": "resolve",
            "sure": "yes",
        }
        path = self.page.url.partition("?")[0].partition("#")[0]
        answer = await self.page.context.request.post(f"{path}/{name}", form=form)
        self.ledger.counts["forbidden, and refused"] += 1
        if answer.status != 403:
            self.ledger.wrong.append(f"{self.name} sent {name}: {answer.status}")


async def _sellers_answer(cases: list[OpenCase], random: Random, until: float) -> int:
    """Have sellers send plans. Return how many were taken."""
    taken = 0
    while time.monotonic() < until:
        plan = SubmitPlan(
            by="seller",
            root_causes=(f"cause {uuid4().hex}",),
            corrective_actions=("removed",),
            preventive_measures=("checked",),
        )
        try:
            await random.choice(cases).tell(IssueCase.submit_plan, plan)
            taken += 1
        except (WorkflowUpdateFailedError, RPCError):
            pass  # the case has ended
        await asyncio.sleep(random.uniform(0, 0.4))
    return taken


async def _judge(cases: list[OpenCase], ledger: Ledger, plans: int) -> list[str]:
    """Compare the timelines with what everybody saw."""
    entries = [entry for case in cases for entry in (await case.view()).timeline]
    noted = Counter(e.note for e in entries if e.by in PEOPLE and e.note)
    wrong = list(ledger.wrong)
    wrong += [f"lost: {note}" for note in ledger.done if noted[note] == 0]
    wrong += [f"{count} times: {note}" for note, count in noted.items() if count > 1]
    wrong += [f"refused, but done: {note}" for note in ledger.refused if noted[note]]
    wrong += [f"nobody did: {note}" for note in noted if note not in ledger.done]
    submitted = sum(entry.what == "plan_submitted" for entry in entries)
    if submitted != plans:
        wrong.append(f"sellers sent {plans} plans, and {submitted} are there")
    return wrong


async def _signed_in(browser: Browser, origin: str, provider: Everybody, name: str) -> Page:
    context = await browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_PATIENT_MS)
    page = await context.new_page()
    provider.whom = name
    await page.goto(f"{origin}/desk/")
    assert name in await page.content()
    return page


async def run(folder: Path, minutes: float, count: int, seed: int) -> int:
    """Work, and judge. Return the exit code: 1 if anything was wrong."""
    listener = open_socket("127.0.0.1", 0)
    origin = f"http://127.0.0.1:{listener.getsockname()[1]}"
    ledger, provider = Ledger(), Everybody(origin)
    async with engine_in(folder) as engine, async_playwright() as playwright:
        settings = desk_on_this_machine(DeskSettings(), folder)
        routes = desk_routes(engine.client, settings, origin, provider)
        app = HeadersAndLog(without_redirects(Starlette(routes=routes)), tls=False)
        cases = [await engine.open(wait=False) for _ in range(count)]
        sellers = [case.handle.id.rpartition("/")[2] for case in cases]
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        async with serving(app, settings, listener):
            browser = await playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
            people = [
                Worker(
                    name,
                    await _signed_in(browser, origin, provider, name),
                    origin,
                    sellers,
                    Random(f"{seed}{name}"),  # noqa: S311 -- nothing secret
                    ledger,
                )
                for name in PEOPLE
            ]
            until = time.monotonic() + minutes * 60
            answers = _sellers_answer(cases, Random(seed), until)  # noqa: S311 -- nothing secret
            answering = asyncio.create_task(answers)
            await asyncio.gather(*(person.work(until) for person in people))
            plans = await answering
            await browser.close()
        wrong = await _judge(cases, ledger, plans)
    print(f"{count} cases, {minutes} minutes, {plans} plans of sellers")
    for what, times in sorted(ledger.counts.items()):
        print(f"  {what}: {times}")
    print(f"wrong: {len(wrong)}")
    for line in wrong[:20]:
        print(f"  {line}")
    return int(bool(wrong))


def main() -> int:
    """Run it. Return 1 if anything was wrong."""
    parser = argparse.ArgumentParser(prog="python -m experiments.desk_at_work", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--cases", type=int, default=200)
    parser.add_argument("--seed", type=int, default=72)
    given = parser.parse_args()
    configure_logs("console", "error")
    with tempfile.TemporaryDirectory(prefix="case72-desk-") as folder:
        return asyncio.run(run(Path(folder), given.minutes, given.cases, given.seed))


if __name__ == "__main__":
    end(main())
