"""Keeps personnummer and secret links out of what is written down: logs, error reports, messages."""

from __future__ import annotations

import logging
import re

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

# Year, month, day (a samordningsnummer adds 60 to the day), then four figures. The check figure is not asked
# for: a personnummer with a slip of the pen is a person's all the same. Between may stand any dash, plus or
# other sign that people write there, also twice, with a space (also one that does not break) on either side;
# the day may have spaces in it.
PERSONNUMMER = re.compile(
    r"(?<![0-9])((?:18|19|20)?[0-9]{2} ?(?:0[1-9]|1[0-2]) ?(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]))"
    r"[^\S\r\n]?[-+._/:\u00ad\u2010-\u2015\u2212]{0,2}[^\S\r\n]?[0-9]{4}(?![0-9])"
)

PUBLIC_ID = re.compile(r"([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})")

SECRET_LINK = re.compile(r"(/svar/|/konto/losenord/(?=\w+-))[\w:.%-]+")
"""The paths of a personal link and of one to choose a new password: who has them may answer, or sign in."""


def mask_personnummer(text: str) -> str:
    """`text` with the last four figures of everything that looks like a personnummer as XXXX."""
    return PERSONNUMMER.sub(r"\1-XXXX", text)


def mask_address(address: str) -> str:
    """As `mask_personnummer`, but public ids, in which figures may fall like a personnummer, stay whole."""
    parts = PUBLIC_ID.split(address)
    return "".join(part if PUBLIC_ID.fullmatch(part) else mask_personnummer(part) for part in parts)


def mask(text: str) -> str:
    """`text` without personnummer, and with `…` for what is secret in links."""
    return mask_personnummer(SECRET_LINK.sub(r"\1…", text))


class MaskingFormatter(logging.Formatter):
    """Formats a log record, its arguments and its traceback without personnummer and secret links."""

    def format(self, record: logging.LogRecord) -> str:
        return mask(super().format(record))


class OneLineRefusals(logging.Filter):
    """Takes the traceback from a request that was refused (4xx), where nothing is broken; 5xx keep theirs."""

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "status_code", 500) < 500:
            record.exc_info = None
        return True


class MaskingExceptionReporter(ExceptionReporter):
    """Django's error reports, on the screen and by mail, without personnummer and secret links."""

    def get_traceback_html(self) -> SafeString:
        return SafeString(mask(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        return SafeString(mask(super().get_traceback_text()))
