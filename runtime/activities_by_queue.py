"""The activities that run on each queue, made of the providers and the settings."""

from collections.abc import Callable
from typing import Any

from activities.accounts import AccountActivities
from activities.appeals import AppealActivities
from activities.calls import CallActivities
from activities.emails import EmailActivities
from activities.number_calls import NumberCallActivities
from activities.number_texts import NumberTextActivities
from activities.opening import OpeningActivities
from activities.sharing import SharingActivities
from activities.warnings import WarningActivities
from activities.webhooks import WebhookActivities
from domain.shared.names import (
    CALLS_QUEUE,
    CASES_QUEUE,
    EMAIL_QUEUE,
    TELEPHONY_QUEUE,
    WEBHOOKS_QUEUE,
)
from mail.composer import Addresses, Composer
from mail.templates import Templates
from mail.values import Ways, WebUI
from reference.page_links import PageLinks
from runtime.providers import Providers
from runtime.settings import Settings


def activities_by_queue(
    settings: Settings, providers: Providers, page: PageLinks | None, namespace: str
) -> dict[str, list[Callable[..., Any]]]:  # Any: activities have different signatures.
    """Return the activities that run on each queue."""
    announces = bool(providers.webhooks.receivers)
    opening = OpeningActivities(
        providers.programme,
        providers.accounts,
        settings.least_window,
        announces,
        settings.find_hashes(),
    )
    marketplace = AccountActivities(
        providers.accounts,
        providers.programme,
        settings.silence_held_until,
        providers.unread_mail,
    )
    mailing = EmailActivities(
        providers.mail,
        Composer(
            Addresses(
                settings.sender, settings.desk, settings.message_id_domain, providers.replies
            ),
            Templates(settings.templates),
            Ways(
                page.link if page else None,
                settings.desk_phone,
                settings.calling_number,
                takes_calls=settings.takes_calls,
                replies=providers.replies is not None,
                proof=settings.require_verified_number,
            ),
            WebUI(settings.web_ui, namespace) if settings.web_ui else None,
        ),
    )
    appeals = AppealActivities(
        providers.accounts,
        providers.programme,
        providers.closed_cases,
        settings.appeal_terms,
        providers.unread_mail,
        announces,
        settings.silence_held_until,
        takes_answers=page is not None or providers.replies is not None,
    )
    warnings = WarningActivities(settings.warn_days_below)
    contacts = SharingActivities(
        providers.programme,
        providers.cases,
        announces,
        must_be_verified=settings.require_verified_number,
    )
    webhooks = WebhookActivities(providers.webhooks, providers.deliveries)
    codes = page.codes if page else None
    telephony = CallActivities(
        providers.telephone, providers.phone_lock, codes, settings.silence_held_until
    )
    texts = NumberTextActivities(providers.texts, codes)
    number_calls = NumberCallActivities(
        providers.call_places, providers.cases, codes, sends_texts=providers.texts is not None
    )
    return {
        CASES_QUEUE: [
            opening.look_up,
            opening.look_up_hours,
            opening.look_up_find_hashes,
            marketplace.deactivate_account,
            marketplace.look_at_account,
            marketplace.expel_account,
            marketplace.tell_deactivation,
            appeals.look_up_appeal,
            appeals.look_for_answer,
            appeals.reinstate_account,
            appeals.tell_reinstatement,
            contacts.check_number,
            contacts.tell_enrollment,
            contacts.tell_case,
            contacts.tell_case_of_deactivation,
            warnings.look_up_warnings,
            number_calls.prepare_number_call,
            number_calls.look_up_way,
            webhooks.announce,
        ],
        TELEPHONY_QUEUE: [telephony.place_call, telephony.place_number_call],
        CALLS_QUEUE: [
            telephony.place_call,
            telephony.place_number_call,
            telephony.hang_up,
            texts.send_number_text,
        ],
        EMAIL_QUEUE: [
            mailing.send_email,
            mailing.send_letter,
            mailing.send_appeal_letter,
            mailing.tell_desk,
            mailing.tell_desk_of_appeal,
        ],
        WEBHOOKS_QUEUE: [webhooks.deliver],
    }
