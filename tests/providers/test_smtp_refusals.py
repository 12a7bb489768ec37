"""Whose fault a refusal is, in the words of the world's servers (docs/real-mail.md)."""

import pytest

from providers.smtp.refusals import Refusal, Stage

ABOUT_THE_MAILBOX = [
    "550 No such user here",
    "550 Unknown user",
    "550 User unknown in virtual mailbox table",
    "550 Unrouteable address",
    "550 no mailbox by that name is currently available",
    "550 Requested action not taken: mailbox unavailable",
    "550 Mailbox not found",
    "550 Invalid recipient",
    "550 Recipient address rejected: user unknown",
    "550 The email account that you tried to reach does not exist",
    "550 The account that you tried to reach is disabled",
    "554 delivery error: This user doesn't have a yahoo.com account",
    "550 Mailbox is inactive",
    "552 Mailbox is full",
    "552 Quota exceeded (mailbox for user is full)",
    "553 Mailbox name not allowed",
    "550 Mailbox not found or access denied",
    "551 User not local; the account has moved",
    "550 5.1.1 The email account that you tried to reach does not exist",
    "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    "554 5.2.1 Mailbox disabled",
    "552 5.2.2 The email account that you tried to reach is over quota",
    "550 5.4.1 Recipient address rejected: Access denied",
    "556 5.1.10 Recipient address has null MX",
    # Outlook.com, Postfix, qmail, Exim, Sendmail, iCloud, Mail.ru, 163, Mimecast.
    "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).",
    "550 5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient table",
    "550 <a@kettle.example>: Recipient address rejected: User unknown in relay recipient table",
    "511 sorry, no mailbox here by that name (#5.1.1 - chkuser)",
    "550 Unknown local part a in <a@kettle.example>",
    "553 5.3.0 <a@kettle.example>... No such user here",
    "550 5.1.6 recipient no longer on server: a@kettle.example",
    "552 5.2.2 <a@kettle.example>: user is over quota",
    "550 Message was not accepted -- invalid mailbox. Local mailbox a is unavailable: not found",
    "550 MI:USR User not exist",
    "550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550",
    "554 30 Sorry, your message cannot be delivered. This mailbox is disabled (554.30)",
    "550 Recipient account is suspended",
    "550 5.2.1 The account is disabled",
    "552 5.2.2 Mailbox size limit exceeded",
    "552 5.3.4 Message size exceeds the limit of this server",
    "552 5.2.2 Mailbox is over its storage limit",
    "550 5.1.1 Recipient not found. Please verify the address and try again",
    "550 5.6.0 Content refused",
    "552 message too large",
    "552 Message size exceeds fixed maximum message size",
]
ABOUT_US = [
    "550 Message rejected because your IP is listed at zen.spamhaus.org",
    "550 SPF check failed",
    "550 Unauthenticated email is not accepted from shop.example due to domain's DMARC policy",
    "550 DKIM signature is required",
    "550 Access denied - Invalid HELO name",
    "550 Client host rejected: cannot find your reverse hostname",
    "550 The IP has no PTR record",
    "550 Too many connections from your host",
    "550 Connection frequency limited",
    "550 Mail content denied by spam filter",
    "550 Domain frequency limited",
    "550 Ip frequency limited",
    "550 Suspected spam message rejected",
    "550 Must issue a STARTTLS command first: TLS required",
    "550 relay not permitted",
    "550 Administrative prohibition",
    "550 rejected",
    "550 Access denied",
    "550 Recipient rejected by policy",
    "550 Sender verify failed",
    "550 Sender address rejected: Domain not found",
    "553 sorry, that domain isn't in my list of allowed rcpthosts",
    "554 Your access to this mail system has been rejected due to poor reputation",
    "554 Message not allowed - [PH01] Email not accepted for policy reasons",
    "550 your domain does not exist",
    "550 blocked, user unknown to our whitelist",
    # Exchange, GMX, Barracuda, Proofpoint, iCloud, 163, and relays of ours that are shut.
    "550 5.4.1 Relay Access Denied",
    "550 5.1.1 Sender address rejected",
    "550 5.5.0 Rejected",
    "550 Requested mail action not taken: account is not allowed to send",
    "550 Your account is suspended",
    "550 Account suspended: outgoing mail disabled",
    "550 Sending account is disabled",
    "550 address family not supported, user unknown",
    "550 Too many unknown users",
    "550 permanent failure for one or more recipients (a@kettle.example:blocked)",
    "554 Blocked - see https://ipcheck.proofpoint.com/?ip=192.0.2.1",
    "554 5.7.1 [HM08] Message rejected due to local policy",
    "554 DT:SPM 163 smtp1 http://mail.163.com/help",
    "554 Transaction failed, for explanation visit http://postmaster.gmx.com: No SMTP service",
    "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
    "550 5.7.1 Recipient rejected",
    "550 5.7.26 Unauthenticated sender",
    "553 5.1.8 Sender address rejected: Domain not found",
    "550 5.7.606 Access denied, banned sending IP",
    "550 5.3.5 Misconfigured",
    "554 5.4.6 Too many hops",
    "550 5.4.5 Daily user sending limit exceeded",
    "550 5.0.0 Rejected",
    "450 4.2.2 Mailbox full",
    "550 4.2.1 Mailbox busy",
    "421 Too many connections",
    # Of an account, an address or a plan of ours; and codes of the mailbox beside words about us.
    "550 Account temporarily suspended for sending",
    "550 user account expired: your trial is over",
    "550 Account closed for non-payment",
    "550 invalid recipient: monthly plan exceeded",
    "550 Sorry, your address is not allowed",
    "550 Recipient not allowed in sandbox. Email address is not verified.",
    "550 domain account disabled",
    "550 Address not known to DNS",
    "554 account disabled",
    "550 5.1.1 Sender IP blocked by Spamhaus",
    "550 5.1.2 sender domain does not exist",
    "550 5.2.1 receiving mail at a rate",
    "550 5.6.0 contains spam",
    "550 5.6.0 Invalid From header",
    "550 5.6.0 DKIM signature is invalid",
    "550 User suspended for sending too much",
    "550 5.1.1 user unknown to our whitelist; blocked",
    "550 5.2.1 The account is suspended: unpaid invoice",
]


def _read(answer: str, stage: Stage) -> Refusal:
    code, _, text = answer.partition(" ")
    return Refusal.read(stage, int(code), text)


@pytest.mark.parametrize("answer", ABOUT_THE_MAILBOX)
@pytest.mark.parametrize("stage", [Stage.RECIPIENT])
def test_what_is_said_of_the_mailbox_bounces(answer: str, stage: Stage) -> None:
    assert _read(answer, stage).about_seller()


@pytest.mark.parametrize("answer", ABOUT_US)
@pytest.mark.parametrize("stage", [Stage.SENDER, Stage.RECIPIENT, Stage.MESSAGE])
def test_what_is_said_of_us_is_tried_again(answer: str, stage: Stage) -> None:
    assert not _read(answer, stage).about_seller()


@pytest.mark.parametrize(
    "answer", ["554 account disabled", "550 User unknown", "554 No mailbox here"]
)
def test_once_the_recipient_was_taken_bare_words_do_not_bounce(answer: str) -> None:
    assert not _read(answer, Stage.MESSAGE).about_seller()


@pytest.mark.parametrize("stage", [Stage.CONNECTION, Stage.GREETING, Stage.LOGIN, Stage.OTHER])
def test_before_a_recipient_was_named_nothing_is_about_one(stage: Stage) -> None:
    assert not _read("550 5.1.1 No such user", stage).about_seller()


def test_the_words_of_an_address_say_nothing() -> None:
    assert _read("550 <spf.relay@blocked.example>: User unknown", Stage.RECIPIENT).about_seller()
    assert not _read("550 <unknown.user@kettle.example>: no", Stage.RECIPIENT).about_seller()
