"""A person's own choices of what Att göra i dag lists, kept by name."""

from __future__ import annotations

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.actors import Actor
from accounts.domain.audit import record
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import User
from dialogues.models import SavedChoice

MOST = 20
"""Choices that one person may keep."""


@transaction.atomic
def save_choice(*, name: str, query: str, is_usual: bool, actor: Actor) -> SavedChoice:
    """Keep a choice by name; as the usual one it is what the list shows at first.

    Raises Conflict when the name stands for another choice, NotPossible when there are too many.
    """
    user, name = _locked(actor), " ".join(name.split())
    row = user.saved_choices.filter(name__iexact=name).first()
    if row and row.query != query:
        raise Conflict(_("Du har redan ett urval som heter så. Välj ett annat namn."))
    if row is None:
        if user.saved_choices.count() >= MOST:
            raise NotPossible(_("Du har redan %(most)s sparade urval. Ta bort något först.") % {"most": MOST})
        row = user.saved_choices.create(name=name, query=query)
        record(actor=actor, verb="choice.saved", subject=row, name=name, query=query)
    return _made_usual(row, actor) if is_usual else row


@transaction.atomic
def make_usual(*, choice: SavedChoice, actor: Actor) -> SavedChoice:
    """Let the list show this choice at first, instead of another. Raises SavedChoice.DoesNotExist."""
    return _made_usual(_locked(actor).saved_choices.get(pk=choice.pk), actor)


@transaction.atomic
def end_usual(*, choice: SavedChoice, actor: Actor) -> None:
    """Let the list show everything at first again."""
    if _locked(actor).saved_choices.filter(pk=choice.pk, is_usual=True).update(is_usual=False):
        record(actor=actor, verb="choice.not_usual", subject=choice)


@transaction.atomic
def drop_choice(*, choice: SavedChoice, actor: Actor) -> None:
    """Forget a choice. One that is forgotten stays so."""
    row = _locked(actor).saved_choices.filter(pk=choice.pk).first()
    if row:
        record(actor=actor, verb="choice.dropped", subject=row, name=row.name, query=row.query)
        row.delete()


def _made_usual(row: SavedChoice, actor: Actor) -> SavedChoice:
    if not row.is_usual:
        SavedChoice.objects.filter(user=row.user_id, is_usual=True).update(is_usual=False)
        row.is_usual = True
        row.save(update_fields=["is_usual"])
        record(actor=actor, verb="choice.usual", subject=row)
    return row


def _locked(actor: Actor) -> User:
    """The person who acts, locked: the choices are theirs alone, and one at a time changes them."""
    assert actor.user
    return User.objects.select_for_update(no_key=True).get(pk=actor.user.pk)
