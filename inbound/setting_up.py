"""What reads the mailbox and places messages, as the settings say."""

from temporalio.client import Client

from inbound.forwarding import Forwarding
from inbound.placing import Placing
from inbound.reading import Reading
from runtime.inbound_settings import InboundSettings
from runtime.providers import mail_of
from runtime.settings import Settings
from temporal_client.workflows import Workflows


def reading_of(client: Client, general: Settings, settings: InboundSettings) -> Reading:
    """Return what reads the mailbox.

    Raises:
        ValueError: a setting is bad or missing. The message names it.
    """
    server = settings.imap_server()
    if server is None:
        raise ValueError(
            "CASE72_INBOUND_ADDRESS and CASE72_INBOUND_IMAP_HOST: are required, such as "
            "reply@in.shop.example and imap.shop.example"
        )
    placing = placing_of(client, general, settings, kept_whole=True)
    return Reading(server, placing, settings.poll_seconds)


def placing_of(
    client: Client, general: Settings, settings: InboundSettings, *, kept_whole: bool
) -> Placing:
    """Return what places messages.

    Args:
        client: Temporal's.
        general: how the desk is reached.
        settings: our addresses for answers.
        kept_whole: whether the mailbox keeps each message (`Forwarding`).

    Raises:
        ValueError: a setting is bad or missing. The message names it.
    """
    settings.refuse_as_desk(general.desk)
    addresses = settings.replies()
    if addresses is None:
        raise ValueError(
            "CASE72_INBOUND_ADDRESS: is required, such as reply@in.shop.example, with "
            "CASE72_INBOUND_SECRETS"
        )
    domain = general.message_id_domain
    mail = mail_of(general)
    forwarding = Forwarding(mail, general.sender, general.desk, domain, kept_whole)
    return Placing(Workflows(client), addresses, domain, forwarding)
