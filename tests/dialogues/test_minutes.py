"""Every form, letter and question to a huvudman says how long it takes, and all of it from one table."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import get_resolver, reverse

from accounts.actors import person
from dialogues.analysis.parts import PARTS
from dialogues.domain.drafts import Edit
from dialogues.domain.goals import save_goal, share_goal
from dialogues.letters import queue_letter
from dialogues.links import answer_path
from dialogues.minutes import MINUTES, NEEDED, about_minutes, needed_minutes
from dialogues.models import DialogueState, GoalKind, Letter, LetterKind, MeetingKind, MeetingState, Part
from dialogues.paper import write_on_paper
from dialogues.public.shipped import shipped_text
from dialogues.views.portal.goals import DEEDS
from tests.dialogues.evaluation.helpers import asked_about
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact, seat_at
from tests.dialogues.letters.contexts import context_for
from tests.dialogues.portal.helpers import both_booked, issued_underlag
from tests.permissions.test_sweep import address, patterns, world  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

KNOWN = {*MINUTES.values(), *(part.minutes for part in PARTS)}
SAID = re.compile(r"ungefär (\d+) minut")
MAIN = re.compile(r"<main.*?</main>", re.S)
POSTS = re.compile(r'<form[^>]*method="post"', re.I)
EXEMPT = {
    "portal_question_drop": "one button, to be sure",
    "portal_questions_throw": "one button, to be sure",
    "portal_colleague_end": "one button, to be sure",
    "portal_own_question_withdraw": "one button, to be sure",
}
"""Pages with a form that ask for nothing of their own, and why."""
WORD = re.compile(r"(ungefär (\d|en\b|två|tre\b|fem|tio)|minutes=\d)")
"""What a template would say by itself, beside the table."""


@pytest.mark.parametrize("kind", LetterKind.values)
def test_every_letter_to_a_huvudman_says_how_long_it_takes(kind):
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    kind = LetterKind(kind)
    contact = dialogue.huvudman.contacts.get()
    context = context_for(kind, dialogue)
    queue_letter(kind=kind, dialogue=dialogue, contact=contact, occasion="minutes", context=context)
    letter = Letter.objects.get(occasion="minutes")
    for text in (letter.text, letter.html):
        said = {int(number) for number in SAID.findall(text)}
        assert said, f"{kind} says no minutes"
        assert said <= KNOWN


@pytest.mark.parametrize("kind", [k for k in LetterKind if k != LetterKind.EVALUATION])
def test_so_does_every_letter_on_paper(kind):
    dialogue, _user = dialogue_with_contact(DialogueState.ACCEPTED)
    InvitationFactory(dialogue=dialogue)
    for name, value in {"street": "Storgatan 1", "postal_code": "98185", "post_town": "Kiruna"}.items():
        setattr(dialogue.huvudman, name, value)
    dialogue.huvudman.save()
    context = context_for(kind, dialogue) if kind != LetterKind.RECEIPT else receipt_of(dialogue)
    write_on_paper(kind=kind, dialogue=dialogue, occasion="minutes", context=context)
    text = dialogue.paper_letters.get(occasion="minutes").text
    assert {int(number) for number in SAID.findall(text)} & KNOWN, f"{kind} on paper says no minutes"


def receipt_of(dialogue) -> dict[str, object]:
    answer = dialogue.invitations.get().answers.create(answer="yes", given_by="Kim", channel="phone")
    return {"answer": answer, "have_link": set()}


def pages_with_a_form(client, dialogue) -> dict[str, str]:
    """The portal's pages that open for the dialogue and have a form to send, by name."""
    found = {}
    for name, pattern in patterns(get_resolver()):
        if not name.startswith("portal_"):
            continue
        page = client.get(address(name, pattern, dialogue))
        if page.status_code == 200 and not page.streaming and "text/html" in page["Content-Type"]:
            [main] = MAIN.findall(page.text) or [""]
            if POSTS.search(main):
                found[name] = main
    return found


def test_every_portal_page_with_a_form_says_how_long_it_takes(client, world):  # noqa: F811
    dialogue, user = world
    dialogue.question_drafts.update(area="equity")
    found: dict[str, str] = {}
    for state in (DialogueState.INVITED, DialogueState.UNDERLAG_SENT, DialogueState.DIALOGUE_HELD):
        type(dialogue).objects.filter(pk=dialogue.pk).update(state=state)
        client.force_login(user)
        found |= pages_with_a_form(client, dialogue)
    silent = [name for name, main in found.items() if not SAID.search(main.replace("\xa0", " "))]
    assert sorted(set(silent) - set(EXEMPT)) == []
    assert {"portal_answer", "portal_questions_check", "portal_time", "portal_cancel"} <= set(found)


@pytest.mark.parametrize("name", DEEDS)
def test_so_does_everything_done_to_a_goal(client, name):
    dialogue, user = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
    actor, edit = person(user), Edit(question=uuid4(), seen=None, form=uuid4())
    goal = save_goal(
        dialogue=dialogue,
        edit=edit,
        kind=GoalKind.PROCESSES,
        text="Fler når målen",
        success_factor=None,
        actor=actor,
    )
    if name == "sluta-dela":
        share_goal(dialogue=dialogue, goal=goal.public_id, shared_by="Kim", actor=actor)
    client.force_login(user)
    page = client.get(reverse("portal_goal_deed", args=[dialogue.public_id, goal.public_id, name])).text
    assert MINUTES[DEEDS[name].minutes] in said_in(page)


def said_in(page: str) -> set[int]:
    """The minutes that a page says."""
    return {int(number) for number in SAID.findall(page.replace("\xa0", " "))}


def test_the_analysis_says_what_its_minutes_are_for(client):
    assert sum(part.minutes for part in PARTS if part.area) == MINUTES["analysis"]
    dialogue, user = dialogue_with_contact(DialogueState.ACCEPTED)
    client.force_login(user)
    page = client.get(reverse("portal_analysis", args=[dialogue.public_id])).text
    words = "Steg 1 och 2 för de tre områdena, före dialogen:"
    assert f'data-minutes="{MINUTES["analysis"]}"' in page.split(words)[1].split("</p>")[0]


def test_so_do_the_pages_behind_a_link(client):
    dialogue, _user = dialogue_with_contact(DialogueState.INVITED)
    invitation = InvitationFactory(dialogue=dialogue)
    for path in (answer_path(invitation, dialogue.huvudman.contacts.get()), reverse("answer_by_code")):
        assert SAID.search(client.get(path).text), path


def test_no_template_has_minutes_of_its_own():
    wrong = []
    for folder in ("letters", "portal", "answering", "evaluation"):
        for file in sorted(Path(settings.BASE_DIR, "templates", folder).rglob("*.*")):
            wrong += [
                f"{file.name}: {line.strip()[:80]}" for line in file.read_text().splitlines() if own(line)
            ]
    assert wrong == []


def own(line: str) -> bool:
    """Whether a line says minutes that are not from the table."""
    return "minut" in line and WORD.search(line) is not None


def test_what_is_needed_is_little_and_the_open_page_says_the_same():
    assert needed_minutes() == sum(MINUTES[key] for key in NEEDED) <= 15
    text = shipped_text("why", "sv").body
    assert f"svara på inbjudan: {about_minutes(MINUTES['answer'])}" in text


def test_a_letter_that_names_no_other_group_says_it_too():
    dialogue, _user = dialogue_with_contact(DialogueState.INTRODUCED)
    context = context_for(LetterKind.MISSED, dialogue) | {"others": [], "offered": []}
    write_on_paper(kind=LetterKind.MISSED, dialogue=dialogue, occasion="none", context=context)
    contact = dialogue.huvudman.contacts.get()
    queue_letter(kind=LetterKind.MISSED, dialogue=dialogue, contact=contact, occasion="none", context=context)
    assert SAID.search(Letter.objects.get(occasion="none").text)


def test_the_front_page_tells_the_minutes_of_what_is_next(client):
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    issued_underlag(dialogue)
    both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED))
    asked_about(dialogue, Part.INTRODUCTION)
    client.force_login(user)
    page = client.get(reverse("portal_huvudman", args=[dialogue.huvudman.public_id])).text
    assert f'data-minutes="{MINUTES["time"]}"' in page
    assert f'data-minutes="{MINUTES["evaluation"]}"' in page
