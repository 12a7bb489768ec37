"""What may happen to a walked case: every event, and every end of a step."""

from domain.case.events import (
    Assign,
    Confirm,
    ConversationOutcome,
    Decision,
    MailKind,
    Note,
    NoteMail,
    ReceiveBounce,
    ReceiveReply,
)
from domain.shared.events import Event, RecordDeactivation, SendLink
from domain.shared.result import Result
from tests.domain.case.build import (
    ACCEPT,
    ADDRESS,
    ASK_MORE,
    NUMBER,
    OTHER_ADDRESS,
    OTHER_NUMBER,
    REJECT,
    a_change,
    a_contact,
    a_conversation,
    a_decision,
    a_harm_report,
    a_plan,
    a_request,
    a_withdrawal,
    joins,
)

EVENTS: dict[str, Event] = {
    "contact": a_contact(),
    "reply": ReceiveReply(by="seller", text="I have removed the listing."),
    "complaint": NoteMail(by="mail", kind=MailKind.COMPLAINT),
    "bounce of what was not sent": ReceiveBounce(by="mail", attempt=1000),
    "note": Note(by="specialist", note="Their warehouse moves this week"),
    "taken": Assign(by="specialist", to="specialist"),
    "contact me now": a_request(),
    "link": SendLink(by="page"),
    "plan": a_plan(),
    "another plan": a_plan("again"),
    "accepted": ACCEPT,
    "version 1 accepted": ACCEPT.model_copy(update={"version": 1}),
    "more information": ASK_MORE,
    "rejected": REJECT,
    "accepted by who spoke with the seller": ACCEPT.model_copy(update={"by": "specialist"}),
    "conversation": a_conversation(),
    "conversation resolves": a_conversation(ConversationOutcome.RESOLVED),
    "issue joins": joins(),
    "known issue": joins("ISS-1"),
    "harmful issue": joins("ISS-2", harmful=True),
    "issue 1 withdrawn": a_withdrawal("ISS-1"),
    "issue 2 withdrawn": a_withdrawal("ISS-2"),
    "case withdrawn": a_withdrawal(),
    "harm": a_harm_report(),
    "deactivated by others": RecordDeactivation(by="marketplace"),
    "number": a_change(phone=NUMBER),
    "other number": a_change(phone=OTHER_NUMBER),
    "address": a_change(email=ADDRESS),
    "other address": a_change(email=OTHER_ADDRESS),
    "address by the enrollment": a_change(email=OTHER_ADDRESS).model_copy(
        update={"from_enrollment": True, "confirmed": (ADDRESS, OTHER_ADDRESS)}
    ),
    "decision: resolve": a_decision(Decision.RESOLVE),
    "decision: deactivate": a_decision(Decision.DEACTIVATE),
    "decision: resume": a_decision(Decision.RESUME),
    "confirmed": Confirm(by="another lead", confirm=True, note="read the whole file"),
    "confirmed by who proposed": Confirm(by="lead", confirm=True, note="sure"),
    "declined": Confirm(by="another lead", confirm=False, note="their line was down"),
}
CALLS = [
    Result.CONNECTED,
    Result.DECLINED,
    Result.VOICEMAIL,
    Result.VOICEMAIL_CUT,
    Result.NO_ANSWER,
    Result.BUSY,
    Result.INVALID_NUMBER,
    Result.PROVIDER_FAILED,
]
EMAILS = [Result.ACCEPTED, Result.BOUNCED, Result.PROVIDER_FAILED]
OPENINGS = {
    "opens": {},
    "opens, number not called": {"not_called": "is a satellite number"},
    "opens, not covered": {"not_covered": "the account is not enrolled"},
    "opens, deactivated already": {"deactivated": True},
}
