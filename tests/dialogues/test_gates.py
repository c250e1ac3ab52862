"""The table of tasks: what a page says is open is what the verb takes, in every situation there is."""

from __future__ import annotations

import datetime
from collections import Counter

import pytest
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.closed_steps import why_closed
from dialogues.domain import summaries
from dialogues.domain import underlag as verbs
from dialogues.domain.introductions import hold_introduction
from dialogues.domain.invitations import ANSWERED_AGAIN
from dialogues.domain.meetings import ACCEPTED_AGAIN
from dialogues.domain.records import held_time_version, record_version
from dialogues.domain.summaries import draft_of
from dialogues.domain.wishes import WISH_ADDED
from dialogues.facts import facts_of
from dialogues.gates import TASKS, WHOLE, Status, is_open_step, status_of
from dialogues.models import Dialogue, MeetingKind, UnderlagState
from dialogues.models import DialogueState as S
from dialogues.steps import STEPS
from dialogues.task_list import tasks_of
from dialogues.turns import Standing
from tests.accounts.factories import leader, pair, planner, staff_user
from tests.dialogues.own_questions import answer, ask
from tests.dialogues.pausing import put_to_rest
from tests.dialogues.portal.helpers import edition
from tests.dialogues.situations import Situation, World, situations, underlag_in, world_in
from tests.dialogues.times import working_day
from tests.dialogues.underlag.factories import EditionFactory

pytestmark = pytest.mark.django_db

SITUATIONS = list(situations())
ONLY_NOTED = (ACCEPTED_AGAIN, ANSWERED_AGAIN, WISH_ADDED)
"""What is kept of a step that changes nothing more: the same answer by somebody else, more of a wish."""


ONE_VERB = {"byt-omgang": "senare-omgang"}
"""Two steps of one verb: which of them a page has goes by the words that fit."""


@pytest.fixture(autouse=True)
def _plain_pdf(monkeypatch):
    """The summary's PDF has its tests beside its verbs."""
    monkeypatch.setattr(summaries, "pdf_of", lambda content, made: f"%PDF {made}".encode())


OFFERED_LESS = {"jav"}
"""What a page offers only while somebody is to lead the dialogue, though it may be said earlier and later."""


PROVED_ELSEWHERE = {"blev-inte-av", "hoppa-over", "aterkoppling-blev-inte-av", "hoppa-over-aterkoppling"}
"""Steps about a part that is left out, whose states have a matrix of their own."""


class TakenBack(Exception):
    """Takes back what was tried."""


def typed_for(name: str, world: World) -> dict[str, object]:
    """What somebody would type in a step's form, so that nothing but the situation can be in the way."""
    kind = MeetingKind.FEEDBACK if "aterkoppling" in name else MeetingKind.DIALOGUE
    meeting = world.meeting(kind)
    when = {"day": working_day(60).isoformat(), "time": "09:00", "minutes": "60"}
    told = {"told_by": "Kim Ek", "channel": "phone", "seen": str(meeting.sequence if meeting else 0)}
    where = {"form": "digital", "link": "https://mote.example/b", "staff": [user.pk for user in world.staff]}
    hour_ago = timezone.localtime() - datetime.timedelta(hours=1)
    then = {"day": f"{hour_ago:%Y-%m-%d}", "time": f"{hour_ago:%H:%M}"}
    is_early = meeting is not None and meeting.starts_at > timezone.now()
    content = {"summary": "Vi talade om läsning.", "skolformer": ["GR"], "feedback": ""}
    if world.dialogue.state == S.FEEDBACK_HELD:
        content["feedback"] = "Skolorna fortsätter."
    call = {"called_by": world.staff[0].pk, "told_on": f"{timezone.localdate()}"}
    draft, last = draft_of(world.dialogue), world.dialogue.summary_rounds.first()
    in_three_weeks = timezone.localdate() + datetime.timedelta(days=21)
    drafted = {"seen": str(draft.version if draft else 0), "seen_round": str(last.number if last else 0)}
    numbered = {"seen": str(last.number if last else 0)}
    version = {"seen": str(record_version(world.dialogue))}
    corrected = then | {"seen": str(held_time_version(world.dialogue, kind))}
    return {
        "svar": told | {"seen": "0", "answer": "no" if world.dialogue.state == S.ACCEPTED else "yes"},
        "senare-omgang": {"batch": world.later.pk},
        "byt-omgang": {"batch": world.later.pk},
        "plats": {"meeting": world.group.pk},
        "fragor": told | call | {"seen": "0", "area_1": "equity"},
        "dialog-hallen": content | (then if is_early else {}),
        "dokumentation": content | version,
        "dialogen-holls": corrected | {"day": f"{hour_ago - datetime.timedelta(days=25):%Y-%m-%d}"},
        "aterkopplingen-holls": corrected,
        "aterkoppling-hallen": {"feedback": "Bra."} | (then if is_early else {}),
        "fraga-till-oss": told | {"text": "Hur gör andra?"},
        "sammanfattning": drafted | {"talked_about": "Andra ord."},
        "skicka-sammanfattning": drafted | {"answer_by": f"{in_three_weeks}", "note": "Hej!"},
        "godkann-sammanfattning": numbered,
        "svar-om-sammanfattning": told | numbered | {"answer": "agree"},
        "sammanfattning-utan-svar": numbered | {"note": "Den får stå."},
        "jav": {"answer": "no"},
        "pausa": {"reason": "Ni vill vänta."},
        "avboka": {"reason": "Ni har för lite tid."},
        **dict.fromkeys(("foresla-tid", "ny-tid", "boka-aterkoppling", "aterkoppling-ny-tid"), when | where),
        **dict.fromkeys(("godta-tid", "blev-av", "aterkoppling-godta-tid", "aterkoppling-blev-av"), told),
        **dict.fromkeys(("annan-tid", "aterkoppling-annan-tid"), told | {"wish": "Hellre en tisdag"}),
        **dict.fromkeys(("medverkande", "aterkoppling-medverkande"), {"staff": [u.pk for u in pair()]}),
    }.get(name, {})


def is_taken(name: str, world: World) -> bool:
    """Try a step through its form, take it back, and tell whether it changed anything."""
    form = STEPS[name].form(typed_for(name, world), dialogue=world.dialogue)
    before = AuditEntry.objects.count()
    try:
        with transaction.atomic():
            if not form.is_valid():
                return False
            form.perform(world.actor)
            done = AuditEntry.objects.exclude(verb__in=ONLY_NOTED).count() > before
            raise TakenBack
    except TakenBack:
        return done
    except (NotPossible, AttributeError, Http404, Dialogue.record.RelatedObjectDoesNotExist):
        return False


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_a_step_is_open_exactly_when_its_verb_takes_it(situation: Situation):
    world = world_in(situation)
    facts = facts_of(world.dialogue)
    steps = [name for name in STEPS if name not in PROVED_ELSEWHERE]
    promised = {ONE_VERB.get(name, name) for name in steps if is_open_step(facts, name)}
    taken = {ONE_VERB.get(name, name) for name in steps if is_taken(name, world)}
    assert promised == taken - (OFFERED_LESS - promised)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_what_is_locked_says_why_and_who_can_unlock_it(situation: Situation):
    world = world_in(situation)
    for user in (planner(), leader()):
        for phase in tasks_of(facts_of(world.dialogue), user).values():
            for task in phase:
                assert task.status != Status.LOCKED or (task.why and task.who), task.key
                assert task.status != Status.SKIPPED or task.why, task.key
                assert task.status != Status.OPEN or task.link or task.who, task.key
                assert task.link is None or task.status == Status.OPEN


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_no_task_leads_around_itself(situation: Situation):
    world = world_in(situation)
    user = staff_user(StaffRole.PLANNER, StaffRole.LEADER)
    for phase in tasks_of(facts_of(world.dialogue), user).values():
        for shown in phase:
            around = [f"/{name}/" for name in task(shown.key).around]
            assert shown.link is None or not shown.link.url.endswith(tuple(around)), shown.key


@pytest.mark.parametrize(
    ("feedback", "leads"), [(Standing.NONE, "boka-aterkoppling"), (Standing.WISHED, "aterkoppling-ny-tid")]
)
def test_a_meeting_without_a_time_leads_to_booking_one_first(feedback: Standing, leads: str):
    world = world_in(Situation(S.DIALOGUE_HELD, Standing.HELD, Standing.HELD, feedback))
    shown = tasks_of(facts_of(world.dialogue), leader())[MeetingKind.FEEDBACK]
    row = next(row for row in shown if row.key == "aterkoppling")
    assert (row.status, row.why) == (Status.LOCKED, "Öppnas när tiden för återkopplingen är bestämd.")
    assert [link.url.split("/")[-2] for link in row.more] == [leads, "hoppa-over-aterkoppling"]


def test_the_huvudmans_questions_lead_to_answering_them_while_they_wait():
    world = world_in(Situation(S.DIALOGUE_HELD, Standing.HELD, Standing.HELD))

    def row(user):
        shown = tasks_of(facts_of(world.dialogue), user)[MeetingKind.DIALOGUE]
        return next(row for row in shown if row.key == "fragor-till-oss")

    assert row(leader()).link.url.endswith("/fraga-till-oss/")
    question = ask(world.dialogue, world.own)
    shown = row(leader())
    assert (shown.status, shown.link.url.split("#")[1]) == (Status.OPEN, "own-questions")
    assert [link.url.split("/")[-2] for link in shown.more] == ["fraga-till-oss"]
    assert row(staff_user(StaffRole.REGISTRAR)).who == "Planerare och dialogledare"
    answer(question, leader())
    assert (row(leader()).status, row(leader()).link) == (Status.DONE, None)


def test_each_step_belongs_to_one_task():
    placed = Counter(name for task in TASKS for name in (*task.steps, *task.around)) + Counter(WHOLE)
    assert placed == Counter(list(STEPS))
    assert len({task.key for task in TASKS}) == len(TASKS)


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_nothing_is_open_during_a_pause(situation: Situation):
    world = world_in(situation)
    if situation.state not in (S.PLANNED, S.DECLINED, S.CLOSED, S.CANCELLED):
        put_to_rest(world.dialogue)
        facts = facts_of(world.dialogue)
        assert {status_of(task, facts) for task in TASKS if task.shown(facts)} <= {
            Status.DONE,
            Status.LOCKED,
            Status.SKIPPED,
        }


def task(key: str):
    return next(task for task in TASKS if task.key == key)


def is_possible(verb) -> bool:
    try:
        with transaction.atomic():
            before = AuditEntry.objects.count()
            verb()
            done = AuditEntry.objects.count() > before
            raise TakenBack
    except TakenBack:
        return done
    except NotPossible:
        return False


@pytest.mark.parametrize("underlag", ["none", *UnderlagState.values])
@pytest.mark.parametrize("dialogue", [Standing.NONE, Standing.PROPOSED, Standing.PASSED])
def test_the_underlags_tasks_are_open_exactly_when_its_verbs_take_them(underlag: str, dialogue: Standing):
    world = world_in(Situation(S.INTRODUCED, Standing.HELD, dialogue))
    row = underlag_in(world, underlag) if underlag != "none" else None
    edition()  # one in force, to make it from
    facts = facts_of(world.dialogue)
    can_order = is_possible(lambda: verbs.order_underlag(dialogue=world.dialogue, actor=SYSTEM))
    assert (status_of(task("ta-fram"), facts) == Status.OPEN) == can_order
    if row is None:
        return
    can_confirm = is_possible(lambda: verbs.confirm_underlag(underlag=row, actor=person(leader("spsm"))))
    assert (status_of(task("faststall"), facts) == Status.OPEN) == can_confirm
    if underlag != "confirmed" or dialogue != Standing.PROPOSED:  # the letter itself needs a whole document
        assert not is_possible(lambda: verbs.issue_underlag(underlag=row, actor=SYSTEM))
    expected = underlag == "confirmed" and dialogue == Standing.PROPOSED
    assert (status_of(task("skicka"), facts) == Status.OPEN) == expected


@pytest.mark.parametrize("how", [Standing.NONE, Standing.BOOKED, Standing.OVER])
def test_the_introductions_task_is_open_exactly_when_it_can_be_noted(how: Standing):
    EditionFactory()
    world = world_in(Situation(S.ACCEPTED, how))
    meeting = world.meeting(MeetingKind.INTRODUCTION)
    ago = timezone.now() - datetime.timedelta(days=1)
    can_hold = meeting is not None and is_possible(
        lambda: hold_introduction(meeting=meeting, attended=set(), held_at=ago, actor=SYSTEM)
    )
    assert (status_of(task("introduktion"), facts_of(world.dialogue)) == Status.OPEN) == can_hold


DONE_BY = {
    "svar": {S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD},
    "plats": {S.INTRODUCED, S.UNDERLAG_SENT, S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD},
    "foresla-tid": {S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD},
    "godta-tid": {S.TIME_FIXED, S.DIALOGUE_HELD, S.FEEDBACK_HELD},
    "ny-tid": {S.DIALOGUE_HELD, S.FEEDBACK_HELD},
    "dialog-hallen": {S.DIALOGUE_HELD, S.FEEDBACK_HELD},
    "boka-aterkoppling": {S.FEEDBACK_HELD},
    "aterkoppling-godta-tid": {S.FEEDBACK_HELD},
    "aterkoppling-hallen": {S.FEEDBACK_HELD},
}
"""In which states a step that is closed is closed since it is done."""


@pytest.mark.parametrize("situation", SITUATIONS, ids=str)
def test_a_step_that_is_done_says_so_and_no_other_does(situation):
    dialogue = world_in(situation).dialogue
    facts = facts_of(dialogue)
    if facts.is_over:
        return
    closed = [name for name in DONE_BY if not is_open_step(facts, name)]
    said = {name for name in closed if why_closed(dialogue, name) == "Det är redan gjort."}
    certain = {name for name in closed if dialogue.state in DONE_BY[name]}
    assert said >= certain
    early = {S.PLANNED, S.INVITED, S.POSTPONED}
    assert not said - certain - {"foresla-tid", "boka-aterkoppling", "aterkoppling-godta-tid", "plats"}
    assert not (said and dialogue.state in early)


@pytest.mark.parametrize("situation", [s for s in SITUATIONS if s.state == S.TIME_FIXED], ids=str)
def test_that_it_was_held_leads_on_first_when_its_time_has_come(situation):
    world = world_in(situation)
    is_main = STEPS["dialog-hallen"].main(world.dialogue, facts_of(world.dialogue).meetings)
    assert is_main == (situation.dialogue == Standing.OVER)
