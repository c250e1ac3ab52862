"""The one way to write in the audit log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.contrib.contenttypes.models import ContentType

from accounts.models import AuditEntry

if TYPE_CHECKING:
    from django.db.models import Model

    from accounts.actors import Actor


def record(*, actor: Actor, verb: str, subject: Model, **facts: object) -> AuditEntry:
    """Add an entry to the audit log, in the caller's transaction. `facts` must be JSON values."""
    return AuditEntry.objects.create(
        actor=actor.user,
        actor_label=actor.label,
        verb=verb,
        subject_type=ContentType.objects.get_for_model(subject),
        subject_id=subject.pk,
        facts=facts,
    )
