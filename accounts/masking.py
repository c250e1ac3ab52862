"""Keeps personnummer and secret links out of what is written down: logs, error reports, messages."""

from __future__ import annotations

import logging
import re

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

from accounts.personnummer import mask_personnummer

SECRET_LINK = re.compile(r"(/svar/|/tyck-till/|/valj-introduktion/|/konto/losenord/(?=\w+-))[\w:.%-]+")
"""The paths of a personal link and of one to choose a new password: who has them may answer, or sign in."""


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
