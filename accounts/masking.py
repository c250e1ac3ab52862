"""Keeps personnummer out of what is written down: logs, error reports, messages about files."""

from __future__ import annotations

import logging
import re

from django.utils.safestring import SafeString
from django.views.debug import ExceptionReporter

# Year, month, day (a samordningsnummer adds 60 to the day), then four figures. The check figure is not asked
# for: a personnummer with a slip of the pen is a person's all the same.
PERSONNUMMER = re.compile(
    r"(?<![0-9])((?:18|19|20)?[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]|6[1-9]|[78][0-9]|9[01]))"
    r"([-+ ]?)[0-9]{4}(?![0-9])"
)


def mask_personnummer(text: str) -> str:
    """`text` with the last four figures of everything that looks like a personnummer as XXXX."""
    return PERSONNUMMER.sub(r"\1-XXXX", text)


class MaskingFormatter(logging.Formatter):
    """Formats a log record, its arguments and its traceback without personnummer."""

    def format(self, record: logging.LogRecord) -> str:
        return mask_personnummer(super().format(record))


class MaskingExceptionReporter(ExceptionReporter):
    """Django's error reports, on the screen and by mail, without personnummer."""

    def get_traceback_html(self) -> SafeString:
        return SafeString(mask_personnummer(super().get_traceback_html()))

    def get_traceback_text(self) -> SafeString:
        return SafeString(mask_personnummer(super().get_traceback_text()))
