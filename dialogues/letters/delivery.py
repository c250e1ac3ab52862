"""Delivering letters that are due: claim, hand over, note what became of each."""

from __future__ import annotations

import datetime
import logging
import random
import time
from collections.abc import Callable
from typing import Any

from celery.exceptions import SoftTimeLimitExceeded
from django.conf import settings
from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from accounts.actors import SYSTEM
from accounts.domain.audit import record
from dialogues.domain.files import read_file
from dialogues.letters.keeping import keep_bytes
from dialogues.letters.lifecycle import claim_due, release, step
from dialogues.letters.message import Unsendable, envelope_address
from dialogues.letters.post import CannotConnect, Outcome, Post, Reply
from dialogues.letters.relevance import as_seen, why_not_send
from dialogues.models import Letter
from dialogues.models import LetterState as S

logger = logging.getLogger(__name__)

CLAIM_SIZE = 25
BUDGET = 60.0
"""Seconds after which a run stops beginning on letters: well within a task's time limit."""
FIRST_WAIT, LONGEST_WAIT = datetime.timedelta(minutes=1), datetime.timedelta(hours=4)


def deliver_due(budget: float = BUDGET, ask_for_help: Callable[[], object] | None = None) -> bool:
    """Deliver letters that are due, for at most `budget` seconds; answer whether there may be more to do.

    `ask_for_help` is called once, as soon as there are as many letters as one claim may take.
    """
    until = time.monotonic() + budget
    with Post() as post:
        while letters := claim_due(CLAIM_SIZE):
            try:
                if ask_for_help and len(letters) == CLAIM_SIZE:
                    ask_for_help()
                    ask_for_help = None
                if not _deliver(letters, post, until):
                    return time.monotonic() >= until
            finally:
                release(letters)
    return False


def backoff(attempts: int) -> datetime.timedelta:
    """How long to wait before the next attempt: doubled each time up to four hours, give or take a fifth."""
    wait = min(FIRST_WAIT * 2 ** min(attempts - 1, 16), LONGEST_WAIT)
    return wait * random.uniform(0.8, 1.2)


def _deliver(letters: list[Letter], post: Post, until: float) -> bool:
    """Deliver claimed letters; answer False when the run must stop. What is not begun on stays claimed."""
    for place, letter in enumerate(letters):
        if time.monotonic() >= until:
            return False
        try:
            post.open()
        except CannotConnect as error:
            for waiting in letters[place:]:
                _try_later(waiting, str(error))
            return False
        _deliver_one(letter, post)
    return True


def _deliver_one(letter: Letter, post: Post) -> None:
    try:
        data = _begin(letter)
    except Unsendable as error:
        step(letter, to=S.FAILED, last_reply=str(error), facts={"reply": str(error)})
    except SoftTimeLimitExceeded:
        raise
    except Exception as error:  # whatever is wrong with one letter must not hold up the others
        logger.exception("letter %s could not be built", letter.pk)
        _try_later(letter, f"{type(error).__name__}: {error}")
    else:
        if data is not None:
            _conclude(letter, post.hand_over(data, **_envelope(letter)))


def _begin(letter: Letter) -> bytes | None:
    """Mark a letter as being handed over and answer its bytes; None when it should not be sent."""
    if not why_not_send(letter):
        letter.sent_bytes = letter.sent_bytes or keep_bytes(letter)
        data = read_file(letter.sent_bytes)
        if _mark(letter):
            letter.attempts += 1
            return data
    letter.refresh_from_db(fields=["dialogue", "contact"])
    unfit = why_not_send(letter)
    if unfit:
        step(letter, to=S.STOPPED, last_reply=unfit, facts={"reason": unfit})
    return None  # one that should be sent, now or later, is released with what is not begun on


def _mark(letter: Letter) -> bool:
    """Mark a letter as being handed over, unless it is not ours or not as it was read."""
    return step(
        letter,
        to=S.HANDING_OVER,
        only_if=as_seen(letter),
        sent_bytes=letter.sent_bytes,
        handed_over_at=Now(),
        attempts=F("attempts") + 1,
    )


def _envelope(letter: Letter) -> dict[str, str]:
    return {
        "sender": envelope_address(letter.agency.sender),
        "recipient": envelope_address(letter.recipient),
    }


def _conclude(letter: Letter, reply: Reply) -> None:
    """Note what became of a letter that was handed over."""
    if reply.outcome == Outcome.LATER:
        return _try_later(letter, reply.words)
    facts: dict[str, object] = {"reply": reply.words, "attempt": letter.attempts}
    if reply.outcome == Outcome.ACCEPTED:
        return _note_sent(letter, reply.words, facts)
    to = S.FAILED if reply.outcome == Outcome.REFUSED else S.UNCERTAIN
    step(letter, to=to, last_reply=reply.words, facts=facts)
    return None


def _note_sent(letter: Letter, words: str, facts: dict[str, object]) -> None:
    if step(letter, to=S.SENT, sent_at=Now(), last_reply=words, facts=facts):
        return
    letter.state = S.UNCERTAIN  # swept while the server was slow to answer: now it is known
    if not step(letter, to=S.SENT, sent_at=Now(), last_reply=words, facts=facts):
        record(actor=SYSTEM, verb="letter.late_reply", subject=letter, **facts)


def _try_later(letter: Letter, words: str) -> None:
    """Wait and try again, or give up after settings.LETTER_ATTEMPTS."""
    attempts = letter.attempts if letter.state == S.HANDING_OVER else letter.attempts + 1
    facts: dict[str, object] = {"reply": words, "attempt": attempts}
    fields: dict[str, Any] = {"last_reply": words, "attempts": attempts}
    if attempts >= settings.LETTER_ATTEMPTS:
        step(letter, to=S.FAILED, facts=facts, **fields)
        return
    step(letter, to=S.RETRY, facts=facts, due_at=timezone.now() + backoff(attempts), **fields)
