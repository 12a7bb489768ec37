"""The programme and the open cases: they are our own workflows."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from temporalio.client import Client, WorkflowExecutionStatus

from domain.appeal.activity_inputs import TellReinstatementInput
from domain.appeal.events import ChangeAddress
from domain.case.activity_inputs import ExpelInput
from domain.case.events import ChangeContact
from domain.case.view import CaseView
from domain.enrollment.events import ChangeAccount, Expel, RecordAnswer, Reinstate
from domain.enrollment.status import EnrollmentReason, EnrollmentStatus
from domain.enrollment.view import EnrollmentView, why_not_enrolled
from domain.shared.account import SellerAccount
from domain.shared.activity_inputs import ShareContactInput, TellDeactivationInput
from domain.shared.announcements import Announcement
from domain.shared.errors import Refusal
from domain.shared.events import RecordDeactivation
from providers.appeal_protocols import DeactivatedByAnother
from providers.protocols import ProviderFailed
from providers.workflow_protocols import Standing
from temporal_client.deliveries import hand_over
from temporal_client.failures import NotThere, TemporalFailure, UpdateRefused
from temporal_client.names import (
    appeal_name,
    case_name,
    case_name_of_id,
    enrollment_name,
)
from temporal_client.search_attributes import STATUS
from temporal_client.workflows import Workflows
from temporal_client.workflows_of_account import first_runs_of_account, listed_of_account

_ANSWERS_WITHIN = timedelta(seconds=10)


async def runs_of_account(workflows: Workflows, account_hash: str) -> list[str]:
    """Return the runs that may have e-mailed an account, as far as they are known.

    Raises:
        ProviderFailed: Temporal did not answer.
    """
    with _provider_failures("the list of workflows"):
        names = await listed_of_account(workflows, account_hash)
        if names:
            names += await first_runs_of_account(workflows, names[0].account)
    return [name.run_id for name in names if name.run_id]


class Enrollments:
    """The programme: a workflow for each seller in a store."""

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client, _ANSWERS_WITHIN)

    async def standing(self, store: str, seller_id: str) -> Standing:
        """Return what an account lacks to be enrolled, and whether its number is proven."""
        try:
            with _provider_failures("the enrollment"):
                view = await self._workflows.view(enrollment_name(store, seller_id))
        except NotThere:  # an enrollment that has ended broke off
            return Standing("the account is not enrolled: the programme does not know the seller")
        if view.reason is EnrollmentReason.NUMBER_BEING_CHECKED:
            raise ProviderFailed("the enrollment is still looking up the number")
        return Standing(why_not_enrolled(view), is_verified=view.verified_at is not None)

    async def find(self, store: str, seller_id: str) -> EnrollmentView | None:
        """Return what the programme knows of a seller, or None if it does not know them."""
        try:
            with _provider_failures("the enrollment"):
                return await self._workflows.view(enrollment_name(store, seller_id))
        except NotThere:
            return None

    async def expel(self, input: ExpelInput) -> None:
        """Expel the account, known or not, for harmful conduct. A repeat changes nothing."""
        name = enrollment_name(input.store, input.seller_id)
        event = Expel(
            by=input.by, category=input.category, evidence=input.evidence, case_id=input.case_id
        )
        with _provider_failures("expel"):
            await self._workflows.execute_update_with_start(
                name, "expel", event, f"{input.case_id}/expelled", known=input.known
            )

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        """Record that the account, known or not, is deactivated. A repeat changes nothing."""
        name = enrollment_name(input.store, input.seller_id)
        event = RecordDeactivation(by=input.by, case_id=input.case_id, seen=input.seen)
        with _provider_failures("record_deactivation"):
            await self._workflows.execute_update_with_start(
                name, "record_deactivation", event, input.key, known=input.known
            )

    async def reinstate(self, input: TellReinstatementInput) -> bool:
        """Record that the account is active again. Return whether the seller is still expelled.

        A repeat changes nothing.
        """
        name = enrollment_name(input.store, input.seller_id)
        event = Reinstate(by=input.by, note=input.note, case_id=input.case_id)
        try:
            with _provider_failures("reinstate"):
                try:
                    await self._workflows.execute_update(name, "reinstate", event, input.key)
                except UpdateRefused as refused:
                    if refused.code != Refusal.NOT_DEACTIVATED:  # a person said so before
                        raise
                known = await self._workflows.view(name)
        except NotThere:  # an enrollment that has ended broke off, and has forgotten all
            return False
        if known.deactivated:
            raise DeactivatedByAnother("another has deactivated the account since")
        return known.status is EnrollmentStatus.EXPELLED

    async def change_contact(self, input: ShareContactInput) -> None:
        """Tell the account's enrollment of the news, if there is an enrollment."""
        name = enrollment_name(input.store, input.seller_id)
        if input.answered:
            answer = RecordAnswer(
                by="case", phone=input.answered, extension=input.answered_extension
            )
            with suppress(NotThere), _provider_failures("record_answer"):
                await self._workflows.execute_update(
                    name, "record_answer", answer, f"{input.key}/answered"
                )
        if not (input.emergency_phone or input.email):
            return
        news = {"emergency_phone": input.emergency_phone, "email": input.email}
        # A null would say that the value is not known any more.
        known: dict[str, str | None] = {field: value for field, value in news.items() if value}
        if input.emergency_phone:
            known["extension"] = input.extension  # a null says that the number has none
        event = ChangeAccount(by="case", confirmed=input.confirmed, **known)
        with suppress(NotThere), _provider_failures("change_account"):
            await self._workflows.execute_update(name, "change_account", event, input.key)


class Cases:
    """The open cases: a workflow for each account that has one."""

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client, _ANSWERS_WITHIN)

    async def change_contact(self, input: ShareContactInput) -> None:
        """Tell the account's open case of the change, if a case is open, and its appeal."""
        name = case_name(input.store, input.seller_id)
        event = ChangeContact(
            by="enrollment",
            emergency_phone=input.emergency_phone,
            extension=input.extension,
            email=input.email,
            from_enrollment=True,
            by_seller=input.by_seller,
            confirmed=input.confirmed,
        )
        with suppress(NotThere), _provider_failures("change_contact"):
            await self._workflows.execute_update(name, "change_contact", event, input.key)
        if input.email:
            appeal = appeal_name(input.store, input.seller_id)
            moved = ChangeAddress(by="enrollment", email=input.email)
            with suppress(NotThere), _provider_failures("change_address"):
                await self._workflows.execute_update(appeal, "change_address", moved, input.key)

    async def status(self, store: str, seller_id: str) -> str | None:
        """Return the status of the account's open case, as its search attribute has it."""
        try:
            with _provider_failures("the case"):
                described = await self._workflows.describe(case_name(store, seller_id))
        except NotThere:
            return None
        is_open = described.status is WorkflowExecutionStatus.RUNNING
        return described.typed_search_attributes.get(STATUS, "") if is_open else None

    async def record_deactivation(self, input: TellDeactivationInput) -> None:
        """Tell the account's open case, if any, that the account is deactivated."""
        name = case_name(input.store, input.seller_id)
        event = RecordDeactivation(by=input.by)
        with suppress(NotThere), _provider_failures("record_deactivation"):
            await self._workflows.execute_update(name, "record_deactivation", event, input.key)


class ClosedCases:
    """The records of cases that have ended, as long as Temporal keeps them."""

    def __init__(self, client: Client) -> None:
        self._workflows = Workflows(client, _ANSWERS_WITHIN)

    async def find(self, case_id: str) -> CaseView | None:
        """Return what a case ended with. None: nobody has its record any more."""
        try:
            with _provider_failures("the case"):
                case = await self._workflows.snapshot(case_name_of_id(case_id))
        except NotThere:  # nor is there, where it broke off and nobody can answer for it
            return None
        return case.view


class Deliveries:
    """The deliveries of events: a workflow for each receiver of each case and enrollment."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def hand_over(
        self, receiver: str, own_id: str, account: SellerAccount, events: Sequence[Announcement]
    ) -> None:
        """Hand events of a case or an enrollment over. A repeat changes nothing."""
        with _provider_failures("the delivery of events"):
            await hand_over(self._client, receiver, own_id, account, events)


@contextmanager
def _provider_failures(asked: str) -> Iterator[None]:
    """Turn failures into `ProviderFailed`, without personal data. `NotThere` passes through."""
    try:
        yield
    except NotThere:
        raise
    except UpdateRefused:
        # A case that is deactivating refuses, and may yet be resumed.
        raise ProviderFailed(f"{asked} was refused") from None
    except TemporalFailure as failure:
        raise ProviderFailed(f"{asked} did not answer: {type(failure).__name__}") from None
