"""Which sub-goals a huvudman may tie a question to."""

from __future__ import annotations

from django.db.models import QuerySet

from dialogues.models import Dialogue
from huvudman.models import Skolform, SkolformOffer
from quality_system.models import SubGoal
from quality_system.queries import edition_in_force


def sub_goals_for(dialogue: Dialogue) -> QuerySet[SubGoal]:
    """Sub-goals of the dialogue's edition, or the one in force, for the skolformer the huvudman runs."""
    edition = dialogue.edition or edition_in_force()
    offers = SkolformOffer.objects.filter(unit__huvudman=dialogue.huvudman_id, unit__active_to__isnull=True)
    run = set(offers.values_list("skolform", flat=True))
    if dialogue.huvudman.children or not run:
        run.add(Skolform.FSK)
    goals = SubGoal.objects.filter(objective__edition=edition, objective__skolform__in=run)
    return goals.select_related("objective").order_by("objective__skolform", "number")
