"""The bare twin: the activities, timers and updates of a whole case, and no rule at all."""

import asyncio
from datetime import timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from activities.mailing import MailActivities
    from activities.opening import OpeningActivities
    from activities.telephony import TelephonyActivities
    from domain.attempt import About
    from domain.events import ReviewPlan, SubmitPlan
    from domain.names import EMAIL_QUEUE, TELEPHONY_QUEUE
    from domain.orders import CallOrder, LookUpOrder, MailOrder
    from domain.record import Status
    from workflows.case_input import CaseInput

BARE_QUEUE = "bare"


@workflow.defn
class BareCase:
    """Opens, sends, calls, waits; takes a plan and its acceptance; sends; ends."""

    def __init__(self) -> None:
        self._planned = False
        self._accepted = False

    @workflow.run
    async def run(self, start: CaseInput) -> str:
        """The same commands as a case whose plan is accepted while its first call rings."""
        now = workflow.now()
        case_id = f"{workflow.info().workflow_id}/{workflow.info().run_id}"
        facts = await workflow.execute_activity_method(
            OpeningActivities.look_up,
            LookUpOrder(account=start.account, now=now, policy=start.policy, harmful=False),
            start_to_close_timeout=timedelta(minutes=1),
        )
        email = asyncio.create_task(self._email(start, case_id, 1, About.NOTICE))
        call = asyncio.create_task(
            workflow.execute_activity_method(
                TelephonyActivities.place_call,
                CallOrder(
                    case_id=case_id,
                    number=2,
                    phone=start.account.emergency_phone,
                    latest=facts.hours[-1].closes,
                ),
                task_queue=TELEPHONY_QUEUE,
                schedule_to_close_timeout=timedelta(minutes=15),
                heartbeat_timeout=timedelta(seconds=5),
                summary="Call 1",
            )
        )
        next_call = asyncio.create_task(workflow.sleep(900, summary="Next: call 2"))
        await workflow.wait([email, call])
        await workflow.wait_condition(lambda: self._planned)
        next_call.cancel()
        reminder = asyncio.create_task(workflow.sleep(86400, summary="Next: a reminder"))
        await workflow.wait_condition(lambda: self._accepted)
        reminder.cancel()
        await self._email(start, case_id, 3, About.RESOLVED)
        return "resolved"

    @staticmethod
    async def _email(start: CaseInput, case_id: str, number: int, about: About) -> None:
        account = start.account
        await workflow.execute_activity_method(
            MailActivities.send_email,
            MailOrder(
                case_id=case_id,
                number=number,
                about=about,
                email=account.email,
                name=account.name,
                language=account.language,
                time_zone=account.time_zone,
                issues=start.issues,
                deadline=workflow.now() + timedelta(hours=72),
                number_invalid=False,
                note=None,
                status=Status.CONTACTING,
                reason=None,
                at=workflow.now(),
            ),
            task_queue=EMAIL_QUEUE,
            schedule_to_close_timeout=timedelta(hours=1),
            start_to_close_timeout=timedelta(minutes=1),
            summary="E-mail",
        )

    @workflow.update
    async def submit_plan(self, event: SubmitPlan) -> SubmitPlan:
        """Take the plan."""
        self._planned = True
        return event

    @workflow.update
    async def review_plan(self, event: ReviewPlan) -> ReviewPlan:
        """Take the review."""
        self._accepted = True
        return event
