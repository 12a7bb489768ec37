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
    return Reading(server, placing_of(client, general, settings), settings.poll_seconds)


def placing_of(client: Client, general: Settings, settings: InboundSettings) -> Placing:
    """Return what places messages.

    Raises:
        ValueError: a setting is bad or missing. The message names it.
    """
    addresses = settings.replies()
    if addresses is None:
        raise ValueError(
            "CASE72_INBOUND_ADDRESS: is required, such as reply@in.shop.example, with "
            "CASE72_INBOUND_SECRETS"
        )
    domain = general.message_id_domain
    forwarding = Forwarding(mail_of(general), general.sender, general.desk, domain)
    return Placing(Workflows(client), addresses, domain, forwarding)
