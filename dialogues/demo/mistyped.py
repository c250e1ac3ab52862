"""Addresses that were typed wrong: no letter can be sent to them, so that it may go on paper instead."""

from __future__ import annotations

from django.db.models import Q

from dialogues.batch_queries import postable, reachable
from dialogues.demo.people import small_association
from dialogues.models import InvitationBatch
from huvudman.models import Contact, Huvudman, HuvudmanType

MISTYPED = 3
"""So many huvudmän of a batch have an address that was typed wrong."""
BEGINS = "förskolan."
"""What stands before the @ in an address by SMTP is English letters."""


def mistype_addresses(batch: InvitationBatch) -> None:
    """Let the only contact of some of a batch's huvudmän have such an address, and the post reach them."""
    private = batch.dialogues.filter(reachable(), ~postable(), huvudman__type=HuvudmanType.ENSKILD)
    chosen = private.exclude(huvudman=small_association()).select_related("huvudman__main_kommun")
    for number, dialogue in enumerate(chosen.order_by("pk")[:MISTYPED], start=1):
        huvudman = dialogue.huvudman
        address = {"street": f"Provgatan {number}", "postal_code": "00000"}
        Huvudman.objects.filter(pk=huvudman.pk).update(**address, post_town=str(huvudman.main_kommun))
        Contact.objects.filter(huvudman=huvudman).update(email=f"{BEGINS}{huvudman.pk}@huvudman.example")


def is_mistyped() -> Q:
    """Holds for a dialogue whose huvudman has such an address."""
    return Q(huvudman__contacts__email__startswith=BEGINS)
