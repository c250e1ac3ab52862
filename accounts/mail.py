"""Sign-in mail: straight to SMTP, beside the request, so that no answer tells whether a mail was sent."""

from __future__ import annotations

import logging
from concurrent.futures import ThreadPoolExecutor

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)
_hands = ThreadPoolExecutor(max_workers=4, thread_name_prefix="sign-in-mail")


def send_soon(message: EmailMessage) -> None:
    """Hand `message` over to SMTP in the background; whoever waits for it in vain asks for another."""
    _hands.submit(_send, message)


def _send(message: EmailMessage) -> None:
    try:
        message.send()
    except OSError:
        logger.exception("A sign-in mail could not be handed over")
