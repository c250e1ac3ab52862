"""The only ways to write in the audit log, and what it says last about something."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.db.models.sql import UpdateQuery
from django.utils import timezone
from psycopg.types.json import Jsonb

from accounts.models import AuditEntry

if TYPE_CHECKING:
    from django.db.models import Model, QuerySet

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


def entries(subject: Model, *verbs: str) -> QuerySet[AuditEntry]:
    """The entries about `subject` with one of the verbs, latest first."""
    kind = ContentType.objects.get_for_model(subject)
    return AuditEntry.objects.filter(subject_type=kind, subject_id=subject.pk, verb__in=verbs)


def latest(subject: Model, *verbs: str) -> AuditEntry | None:
    """The latest entry about `subject` with one of the verbs."""
    return entries(subject, *verbs).first()


RECORDED_UPDATE = """
WITH moved AS ({update} RETURNING id)
INSERT INTO accounts_auditentry (at, actor_id, actor_label, verb, subject_type_id, facts, subject_id)
SELECT %s, %s, %s, %s, %s, %s, id FROM moved
"""


def update_and_record(
    rows: QuerySet[Any], values: dict[str, Any], *, actor: Actor, verb: str, **facts: object
) -> int:
    """Update rows and add an entry for each to the audit log; answer how many. All or nothing.

    One statement, where a transaction would ask the database four times: for thousands of letters.
    """
    query: Any = rows.query.chain(UpdateQuery)
    query.add_update_values(values)
    update, parameters = query.get_compiler(connection=connection).as_sql()
    actor_id = actor.user.pk if actor.user else None
    kind = ContentType.objects.get_for_model(rows.model).pk
    entry: list[Any] = [timezone.now(), actor_id, actor.label, verb, kind, Jsonb(facts)]
    with connection.cursor() as cursor:
        cursor.execute(RECORDED_UPDATE.format(update=update), [*parameters, *entry])
        return cursor.rowcount
