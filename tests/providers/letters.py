"""E-mails as the engine writes them, for tests that send them."""

from datetime import UTC, datetime
from email.message import EmailMessage

from domain.case.activity_inputs import SendEmailInput
from domain.case.attempt import Purpose
from domain.case.status import Status
from domain.shared.account import Issue
from mail.composer import Addresses, Composer

RUN = "7d0f6c2e-6f7a-4b0e-9a57-0123456789ab"
COMPOSER = Composer(Addresses("Héalth <health@shop.example>", "desk@shop.example", "shop.example"))


def email_input(
    email: str = "owner@kettle.example",
    name: str = "Blue Kettle Goods",
    summary: str = "Restricted product listed",
) -> SendEmailInput:
    """A notice to a seller; nothing of it is checked."""
    issue = Issue.model_construct(id="ISS-1", code="LISTING_POLICY", summary=summary, harmful=False)
    return SendEmailInput.model_construct(
        case_id=f"case/US/A1/{RUN}",
        number=1,
        about=Purpose.NOTICE,
        email=email,
        name=name,
        language="en-US",
        time_zone="America/Los_Angeles",
        issues=(issue,),
        deadline=datetime(2026, 3, 4, tzinfo=UTC),
        number_needed=False,
        calls=True,
        button=True,
        typed_reference="04821934417",
        note=None,
        status=Status.CONTACTING,
        reason=None,
        at=datetime(2026, 3, 1, tzinfo=UTC),
    )


def notice(email: str = "owner@kettle.example", **more: str) -> EmailMessage:
    """A notice to a seller, written."""
    return COMPOSER.to_seller(email_input(email, **more))
