"""Doing the same for many: each in a transaction of its own, and it is told for which it was not done."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from celery.exceptions import SoftTimeLimitExceeded
from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from accounts.actors import Barred
from accounts.domain.machine import NotPossible
from dialogues.models import Dialogue

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Outcome:
    """For which dialogues it was done, and for which it was not, each with the reason."""

    done: list[Dialogue] = field(default_factory=list)
    left_out: list[tuple[Dialogue, str]] = field(default_factory=list)


def for_each(dialogues: Iterable[Dialogue], deed: Callable[[Dialogue], object]) -> Outcome:
    """Do it for each dialogue. One for which it is not possible now, or fails, keeps it from no other."""
    outcome = Outcome()
    for dialogue in dialogues:
        try:
            deed(dialogue)
        except (NotPossible, Barred) as why:
            outcome.left_out.append((dialogue, str(why)))
        except (PermissionDenied, SoftTimeLimitExceeded):
            raise
        except Exception:  # whatever is wrong with one huvudman must not stand in the way of the others
            logger.exception("not done for dialogue %s", dialogue.pk)
            outcome.left_out.append((dialogue, _("Ett fel uppstod. Försök igen om en stund.")))
        else:
            outcome.done.append(dialogue)
    return outcome
