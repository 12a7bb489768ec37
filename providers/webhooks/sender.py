"""Sends events in the form of Standard Webhooks (docs/webhooks.md)."""

import asyncio
import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import httpx2
from standardwebhooks import Webhook

from domain.shared.announcements import Announcement
from providers.protocols import ProviderFailed
from providers.retry_after import retry_after
from providers.webhooks.receivers import Receiver

ANSWERS_WITHIN_SECONDS = 15
"""Standard Webhooks advises 15 to 30 seconds."""

_LONGEST_WAIT = timedelta(hours=1)


class ReceiverGone(Exception):
    """The receiver answered 410: it wants this event no more."""


class Webhooks:
    """Sends events to receivers. Its exceptions quote no address, no secret and no answer."""

    def __init__(self, receivers: Mapping[str, Receiver]) -> None:
        for name in ("httpx2", "httpcore2"):  # they log addresses, which may hold credentials
            logging.getLogger(name).setLevel(logging.WARNING)
        self.receivers = receivers
        self._http = httpx2.AsyncClient(
            follow_redirects=False,
            limits=httpx2.Limits(max_connections=None, max_keepalive_connections=100),
            timeout=httpx2.Timeout(None),
        )

    async def send(self, name: str, event: Announcement) -> None:
        """Send an event to the receiver of that name.

        Raises:
            ReceiverGone: the receiver answered 410.
            ProviderFailed: the receiver did not take it. A later try may succeed.
        """
        receiver = self.receivers.get(name)
        if receiver is None:
            raise ProviderFailed(f"webhooks: the settings name no receiver {name}")
        failure = f"webhooks: no answer from {name} within {ANSWERS_WITHIN_SECONDS} s"
        wait = None
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_SECONDS):
                status, wait = await self._post(receiver, event)
            if 200 <= status < 300:
                return
            failure = f"webhooks: {name} answered {status}"
        except TimeoutError:
            status = None
        except (httpx2.HTTPError, httpx2.StreamError, httpx2.InvalidURL, OSError) as error:
            status, failure = None, f"webhooks: {name} was not reached ({type(error).__name__})"
        # Raise it here, outside of the handlers. So it is not chained to an exception with a URL.
        if status == HTTPStatus.GONE:
            raise ReceiverGone(failure)
        raise ProviderFailed(failure, wait)

    async def _post(self, receiver: Receiver, event: Announcement) -> tuple[int, timedelta | None]:
        body, now = body_of(event), datetime.now(UTC)
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "case72",
            "webhook-id": event.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": " ".join(
                Webhook(secret).sign(event.id, now, body) for secret in receiver.secrets
            ),
        }
        request = self._http.stream("POST", receiver.url, content=body, headers=headers)
        async with request as response:  # the body of the answer is not read
            asked = retry_after(response.headers.get("Retry-After", ""), None, _LONGEST_WAIT)
            return response.status_code, asked


def body_of(event: Announcement) -> str:
    """Return the body of the request. It is the same at each try."""
    body = {"type": event.type, "timestamp": event.at.isoformat(), "data": event.data}
    return json.dumps(body, separators=(",", ":"))
