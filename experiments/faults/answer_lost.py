"""A provider does its work, but its answer is lost."""

import asyncio
from collections import Counter
from pathlib import Path
from random import Random

from experiments.faults.evidence import Delivered, read
from experiments.faults.machines import ANSWER_LOST, AT_WORK
from experiments.faults.scene import Scene, meanwhile, scene
from experiments.faults.trial import Trial
from tests.providers.mail_server import Letterbox, mail_server

CASES = 60


async def run(folder: Path, seed: int, cases: int = CASES) -> Trial:
    """Lose one answer in five. At one in fifty the worker dies instead."""
    trial = Trial(
        "answer lost",
        seed,
        "Telephone, mail and account service do their work, but one answer in five is lost. At one "
        "in fifty the worker dies (SIGKILL) before it gets the answer. E-mails go to a real SMTP "
        "server, which sometimes hangs up after it got a message and before it answers",
    )
    async with scene(folder, seed) as stage, mail_server() as box:
        box.unknown = "bounce@"
        stage.workers.settings = {
            "CASE72_MAIL": "smtp",
            "CASE72_SMTP_HOST": "127.0.0.1",
            "CASE72_SMTP_PORT": str(box.port),
            "CASE72_SMTP_SECURITY": "none",
        }
        async with (
            meanwhile(_hang_up(stage.random, box, trial)),
            meanwhile(keep_up(stage, trial)),
        ):
            await stage.play(cases)
        await stage.workers.start()
        trial.faults["connection lost"] -= len(box.hangs_up)  # planned, but did not happen
        handed_over = [read(message) for message in box.messages()]
        # A mail client shows equal messages with one Message-ID only once.
        await stage.judge(trial, list(set(handed_over)))
        trial.notes.append(_repeats(handed_over))
        trial.faults[ANSWER_LOST] += stage.workers.logged()[ANSWER_LOST]
    return trial


async def _hang_up(random: Random, box: Letterbox, trial: Trial) -> None:
    while True:
        await asyncio.sleep(random.uniform(1, 3))
        if not box.hangs_up:
            box.hangs_up.append("after")
            trial.faults["connection lost"] += 1


def _repeats(handed_over: list[Delivered]) -> str:
    """Say how often the server got a message again."""
    times = Counter(mail.message_id for mail in handed_over)
    again = [count for count in times.values() if count > 1]
    return (
        f"the mail server took {len(handed_over)} messages: {len(times)} Message-IDs, "
        f"{len(again)} of them more than once, one {max(times.values())} times. What comes again "
        "has the same recipient, date, subject and text, and a client that looks at the Message-ID "
        "shows it once; one that does not shows it again"
    )


async def keep_up(stage: Scene, trial: Trial) -> None:
    """Keep two workers running. Replace each that has died."""
    while True:
        for process in [p for p in stage.workers.processes if p.returncode is not None]:
            stage.workers.processes.remove(process)
            trial.faults["worker died"] += 1
        while len(stage.workers.processes) < AT_WORK:
            seed = str(stage.random.randrange(10**6))
            await stage.workers.start("-m", "experiments.faults.losing_worker", seed)
        await asyncio.sleep(0.2)
