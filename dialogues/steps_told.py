"""What has been and what comes in a dialogue, told to the huvudman: the staff's tasks, in its own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dialogues.facts import Facts
from dialogues.gates import TASKS
from dialogues.models import MeetingKind


class Told(NamedTuple):
    """A task in the huvudman's words: when it has been, and while it is to come."""

    been: str | Promise
    to_come: str | Promise


class Story(NamedTuple):
    """What has been in a phase and what comes, in order."""

    been: list[str]
    to_come: list[str]


WORDS: Mapping[str, Told] = {
    "svar": Told(_("Ni har svarat på inbjudan."), _("Ni svarar på inbjudan.")),
    "introduktion": Told(
        _("Vi har träffats på introduktionsmötet."), _("Vi ses på ett digitalt introduktionsmöte.")
    ),
    "skicka": Told(
        _("Ni har fått ert analysunderlag."), _("Vi skickar ert analysunderlag, med förslag på tid.")
    ),
    "fragor": Told(
        _("Ni har berättat vad ni vill prata om."),
        _("Ni berättar vad ni vill prata om."),
    ),
    "svar-om-tid": Told(
        _("Tiden för dialogen är bestämd."), _("Ni godtar en tid för dialogen, eller önskar en annan.")
    ),
    "dialog": Told(_("Vi har haft dialogen."), _("Vi träffas i dialogen.")),
    "aterkoppling-tid": Told(
        _("Ni har fått en tid för återkopplingen."), _("Vi bjuder in till ett återkopplingsmöte.")
    ),
    "aterkoppling": Told(_("Vi har haft återkopplingen."), _("Vi ses på återkopplingsmötet.")),
    "sammanfattning": Told(
        _("Sammanfattningen är klar."), _("Ni läser sammanfattningen och säger vad ni vill ändra.")
    ),
    "avsluta": Told(
        _("Dialogen är avslutad."), _("Vi avslutar dialogen. Det fortsatta arbetet är ert eget.")
    ),
}
"""What the huvudman sees of the tasks. The others are the agencies' own: making, confirming, staffing."""


def told_of(facts: Facts) -> dict[MeetingKind, Story]:
    """What has been and what comes in each phase. No query: `facts` must be such as the huvudman knows.

    Of a dialogue that is over nothing comes.
    """
    stories = {kind: Story([], []) for kind in MeetingKind}
    for task in TASKS:
        words, story = WORDS.get(task.key), stories[task.phase]
        if words is None:
            continue
        if task.done(facts):
            story.been.append(str(words.been))
        elif not facts.is_over and not task.skipped(facts):
            story.to_come.append(str(words.to_come))
    return stories
