"""What sellers are told of where their case stands. The desk shows the same words.

They are marked here, and translated when they are shown.
"""

from domain.case.status import Reason, Status
from web.languages import N_

STATUS = {
    Status.CONTACTING: N_("We need to hear from you"),
    Status.WORKING: N_("Your turn"),
    Status.PLAN_REVIEW: N_("We are reading your plan"),
    Status.ESCALATED: N_("A person is deciding"),
    Status.DEACTIVATING: N_("Being deactivated"),
    Status.RESOLVED: N_("Resolved"),
    Status.DEACTIVATED: N_("Deactivated"),
    Status.WITHDRAWN: N_("Withdrawn"),
    Status.NOT_COVERED: N_("Not covered"),
}

WHY_ENDED = {
    Reason.NOT_REACHED: N_("We tried again and again, and did not reach you in time."),
    Reason.HARM: N_("It was for harmful conduct. You have also been removed from the programme."),
    Reason.DECISION: N_("A person of our team decided it."),
    Reason.PLAN_ACCEPTED: N_("We accepted your plan. Thank you."),
    Reason.CONVERSATION: N_("We settled it with you in a conversation. Thank you."),
    Reason.RAISED_IN_ERROR: N_("It was raised in error. We apologise."),
    Reason.CANCELLED: N_("It was withdrawn by us."),
}
