"""Every address, every role, another huvudman's ids: nothing opens or is hinted, no GET changes rows."""

import hashlib
import uuid
from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from accounts.actors import SYSTEM, person
from accounts.domain.audit import entries
from accounts.models import StaffRole, User
from dialogues.batch_deeds import ACTED, act_on_all
from dialogues.domain.receipts import keep_receipt
from dialogues.links import answer_link, evaluation_link, introduction_link
from dialogues.models import (
    AnalysisDraft,
    Channel,
    Dialogue,
    DialogueState,
    Draw,
    MeetingKind,
    MeetingNeeds,
    MeetingState,
    OwnQuestion,
    Part,
    Participant,
    QuestionDraft,
    Sent,
)
from quality_system.domain.statistics_imports import Upload, upload_statistics
from quality_system.models import Indicator, StatisticsImport
from tests.accounts.factories import leader, staff_user
from tests.accounts.sign_in import HouseClient
from tests.dialogues.evaluation.helpers import asked_about
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact, seat_at
from tests.dialogues.notes import note_by
from tests.dialogues.paper.factories import letter_in
from tests.dialogues.plans.draws import committed, drawn
from tests.dialogues.portal.helpers import (
    both_booked,
    issued_underlag,
    sent_analysis,
    sent_letter,
    sent_summary,
)
from tests.quality_system.factories import IndicatorFactory

pytestmark = pytest.mark.django_db

Arguments = Callable[[Dialogue], list[object]]
AGENCIES = ("skolverket", "spsm")
OUTSIDERS = [f"{role} {agency}" for role in StaffRole.values for agency in AGENCIES]
EMPTY = {"admin:app_list", "account_reset_password_from_key"}


def own(dialogue: Dialogue) -> list[object]:
    return [dialogue.public_id]


def letter_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.letters.get().public_id]


def paper_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.paper_letters.get().public_id]


def run_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.paper_letters.get().run.public_id]


def attachment_of(dialogue: Dialogue) -> list[object]:
    return [*letter_of(dialogue), dialogue.letters.get().attachments.get().pk]


def receipt_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.receipts.get().public_id]


def draft_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.question_drafts.get().public_id]


def own_question_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.own_questions.get().public_id]


def participant_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.participants.get().public_id]


def note_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.notes.get().public_id]


def sent_analysis_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.public_id, dialogue.analyses.get().version]


def sent_summary_of(dialogue: Dialogue) -> list[object]:
    return [dialogue.public_id, dialogue.summary_rounds.get().number]


def batch(dialogue: Dialogue) -> list[object]:
    return [dialogue.batch.public_id]


def deed_of(dialogue: Dialogue) -> list[object]:
    return [entries(dialogue.batch, ACTED).values_list("pk", flat=True).get()]


def cycle(dialogue: Dialogue) -> list[object]:
    return [dialogue.cycle_id]


def draw_of(_dialogue: Dialogue) -> list[object]:
    return [Draw.objects.get().public_id]


def introduction(dialogue: Dialogue) -> list[object]:
    return [dialogue.seats.get(kind=MeetingKind.INTRODUCTION).meeting.public_id]


def evaluation_token(dialogue: Dialogue) -> list[object]:
    asked = dialogue.evaluation_requests.get()
    return [evaluation_link(asked, dialogue.huvudman.contacts.get()).split("/")[-2]]


def introduction_token(dialogue: Dialogue) -> list[object]:
    return [introduction_link(dialogue, dialogue.huvudman.contacts.get()).split("/")[-2]]


def huvudman(dialogue: Dialogue) -> list[object]:
    return [dialogue.huvudman.public_id]


def contact(dialogue: Dialogue) -> list[object]:
    return [dialogue.huvudman.public_id, dialogue.huvudman.contacts.earliest("pk").pk]


def statistics_import(_dialogue: Dialogue) -> list[object]:
    return [StatisticsImport.objects.get().public_id]


def edition(_dialogue: Dialogue) -> list[object]:
    return [Indicator.objects.get(key="sveptur").edition_id]


def indicator(_dialogue: Dialogue) -> list[object]:
    return [Indicator.objects.get(key="sveptur").pk]


def part(dialogue: Dialogue) -> list[object]:
    return [*edition(dialogue), "indikator", *indicator(dialogue)]


def unheard_of(_dialogue: Dialogue) -> list[object]:
    return [uuid.uuid4()]


def named(arguments: Arguments, word: str) -> Arguments:
    return lambda dialogue: [*arguments(dialogue), word]


def both(first: Arguments, second: Arguments) -> Arguments:
    return lambda dialogue: [*first(dialogue), *second(dialogue)]


HOW: dict[str, Arguments] = {
    "answer": lambda d: [answer_link(d.invitations.get(), d.huvudman.contacts.get()).split("/")[-2]],
    "answer_done": lambda d: [answer_link(d.invitations.get(), d.huvudman.contacts.get()).split("/")[-2]],
    "evaluation": evaluation_token,
    "choose_introduction": introduction_token,
    "introduction_chosen": introduction_token,
    "portal_goal": both(own, unheard_of),
    "portal_goal_deed": named(both(own, unheard_of), "folj-upp"),
    "portal_evaluation": named(own, "introduction"),
    "portal_huvudman": lambda d: [d.huvudman.public_id],
    "portal_people": huvudman,
    "portal_people_confirm": huvudman,
    "portal_colleague_new": huvudman,
    "portal_colleague": contact,
    "portal_colleague_end": contact,
    "portal_question": both(own, draft_of),
    "portal_question_drop": both(own, draft_of),
    "portal_question_raise": both(own, draft_of),
    "portal_question_lower": both(own, draft_of),
    "portal_own_question": both(own, own_question_of),
    "portal_own_question_withdraw": both(own, own_question_of),
    "portal_participant": both(own, participant_of),
    "portal_participant_drop": both(own, participant_of),
    "portal_receipt": both(own, receipt_of),
    "portal_letter": both(own, letter_of),
    "portal_attachment": both(own, attachment_of),
    "portal_paper_letter": both(own, paper_of),
    "portal_analysis_part": named(own, "likvardighet"),
    "portal_analysis_sent": sent_analysis_of,
    "portal_analysis_sent_pdf": sent_analysis_of,
    "portal_summary_pdf": sent_summary_of,
    "admin:summary": sent_summary_of,
    "admin:summary_pdf": sent_summary_of,
    "admin:brief": own,
    "admin:analysis": sent_analysis_of,
    "admin:analysis_pdf": sent_analysis_of,
    "admin:dialogue": own,
    "admin:desk_rest": lambda d: ["skicka", d.pk],
    "admin:desk_wake": lambda _d: [1],
    "admin:dialogue_step": named(own, "fragor"),
    "admin:dialogue_needs": own,
    "admin:dialogue_replace": own,
    "admin:dialogue_own_question": both(own, own_question_of),
    "admin:dialogue_note": both(own, note_of),
    "admin:batch": batch,
    "admin:batch_all": named(batch, "paminn"),
    "admin:batch_done": both(batch, deed_of),
    "admin:batch_schedule": batch,
    "admin:batch_new_dates": batch,
    "admin:batch_close": batch,
    "admin:batch_button": named(batch, "godkann"),
    "admin:introduction_new": batch,
    "admin:batch_take_in": batch,
    "admin:batch_underlag": batch,
    "admin:batch_figures": batch,
    "admin:introduction_groups": batch,
    "admin:introduction": introduction,
    "admin:introduction_change": introduction,
    "admin:introduction_cancel": introduction,
    "admin:introduction_came": introduction,
    "admin:cycle": cycle,
    "admin:cycle_commit": cycle,
    "admin:cycle_try": cycle,
    "admin:draw": draw_of,
    "admin:draw_swap": draw_of,
    "admin:draw_compare": draw_of,
    "admin:draw_replan": draw_of,
    "admin:draw_changes": draw_of,
    "admin:draw_changes_file": named(draw_of, "csv"),
    "admin:cycle_extract": cycle,
    "admin:draw_workbook": draw_of,
    "admin:draw_certificate": draw_of,
    "lottery": draw_of,
    "lottery_pdf": draw_of,
    "lottery_file": named(draw_of, "lasning.json"),
    "admin:draw_deed": named(draw_of, "kasta"),
    "admin:cycle_rename": cycle,
    "admin:cycle_delete": cycle,
    "admin:cycle_certificate": cycle,
    "admin:letter": letter_of,
    "admin:letter_html": letter_of,
    "admin:letter_bytes": letter_of,
    "admin:letter_deed": named(letter_of, "stoppa"),
    "admin:letter_attachment": attachment_of,
    "admin:paper_letter": paper_of,
    "admin:paper_deed": named(paper_of, "aterkalla"),
    "admin:post_run": run_of,
    "admin:post_run_pdf": run_of,
    "admin:post_run_deed": named(run_of, "los-upp"),
    "admin:underlag": own,
    "admin:underlag_pdf": own,
    "admin:underlag_excel": own,
    "admin:underlag_short": own,
    "admin:underlag_areas": own,
    "admin:underlag_again": own,
    "admin:underlag_issue": own,
    "admin:underlag_act": named(own, "bestall"),
    "admin:underlag_for_meeting": introduction,
    "admin:huvudman": huvudman,
    "admin:contact_new": huvudman,
    "admin:huvudman_event": named(huvudman, "upphor"),
    "admin:contact_change": contact,
    "admin:contact_confirm": contact,
    "admin:contact_end": contact,
    "admin:register_import": unheard_of,
    "admin:register_import_approve": unheard_of,
    "admin:register_import_discard": unheard_of,
    "admin:statistics_import": statistics_import,
    "admin:statistics_import_approve": statistics_import,
    "admin:statistics_import_discard": statistics_import,
    "admin:edition": edition,
    "admin:edition_change": edition,
    "admin:edition_copy": edition,
    "admin:edition_drop": edition,
    "admin:edition_compare": edition,
    "admin:edition_publish": edition,
    "admin:indicator_last_day": both(edition, indicator),
    "admin:edition_part_new": named(edition, "framgangsfaktor"),
    "admin:edition_part": part,
    "admin:edition_part_move": named(part, "upp"),
    "admin:edition_part_remove": part,
    "admin:open_page": lambda _d: ["why", "sv"],
    "admin:open_page_preview": lambda _d: ["why", "sv"],
    "admin:open_page_version": lambda _d: ["why", "sv", 1],
    "admin:open_page_act": lambda _d: ["why", "sv", "publicera"],
    "admin:accessibility_report": lambda _d: [1],
    "admin:view_on_site": lambda _d: [1, 1],
}
HOW |= {
    f"portal_{step}": own
    for step in [
        "answer",
        "answer_done",
        "introduction",
        "choose_introduction",
        "introduction_chosen",
        "analysis",
        "analysis_read",
        "analysis_pdf",
        "analysis_check",
        "analysis_done",
        "summary",
        "summary_done",
        "questions",
        "questions_check",
        "questions_done",
        "questions_throw",
        "own_questions",
        "own_question_new",
        "needs",
        "participants",
        "invite",
        "calendar",
        "time",
        "other_time",
        "time_done",
        "feedback",
        "feedback_other_time",
        "feedback_done",
        "letters",
        "sent",
        "cancel",
        "underlag",
        "underlag_pdf",
        "underlag_excel",
        "underlag_short",
        "work",
    ]
}


def patterns(resolver: URLResolver, space: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, f"{space}{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield space + pattern.name, pattern


def ids_needed(pattern: URLPattern) -> int:
    return pattern.pattern.regex.groups


def is_register(name: str) -> bool:
    """Django's own pages for one row of a register."""
    return name not in HOW and name.startswith("admin:") and name.endswith(("_history", "_delete", "_change"))


def address(name: str, pattern: URLPattern, dialogue: Dialogue) -> str | None:
    if not ids_needed(pattern):
        return reverse(name)
    if name in EMPTY:
        return None
    return reverse(name, args=[1] if is_register(name) else HOW[name](dialogue))


def test_every_address_is_known_to_the_sweep():
    unknown = [
        name
        for name, pattern in patterns(get_resolver())
        if ids_needed(pattern) and name not in HOW and name not in EMPTY and not is_register(name)
    ]
    assert unknown == [], "say in HOW how to fill their ids"


@pytest.fixture
def world() -> tuple[Dialogue, User]:
    """A dialogue with one of everything, and the user who represents its huvudman."""
    dialogue, user = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    InvitationFactory(dialogue=dialogue)
    issued_underlag(dialogue)
    seat_at(dialogue, kind=MeetingKind.INTRODUCTION, state=MeetingState.HELD, seats=20)
    both_booked(seat_at(dialogue, kind=MeetingKind.DIALOGUE, state=MeetingState.PROPOSED))
    QuestionDraft.objects.create(dialogue=dialogue, rank=1, area="equity", text="Vårt eget")
    OwnQuestion.objects.create(
        dialogue=dialogue, text="Hur gör andra?", asked_by="Anna Ek", channel=Channel.PORTAL
    )
    Participant.objects.create(dialogue=dialogue, name="Bo Ek", role="rektor")
    MeetingNeeds.objects.create(dialogue=dialogue, hearing_loop=True)
    note_by(leader("spsm"), dialogue)
    letter_in("posted", dialogue=dialogue)
    AnalysisDraft.objects.create(
        dialogue=dialogue, field="likvardighet.see", saved_in=uuid.uuid4(), text="Vi"
    )
    sent_analysis(dialogue, user)
    sent_summary(dialogue)
    sent_letter(dialogue, user.email, attachment=b"BEGIN")
    act_on_all(name="paminn", batch=dialogue.batch, rows=[], actor=SYSTEM)
    asked_about(dialogue, Part.INTRODUCTION)
    drawn(committed(years=1, batches_per_year=1))  # of a cycle that has not begun, as this one has
    IndicatorFactory(key="sveptur")
    upload_statistics(actor=SYSTEM, files=[Upload("betyg.csv", b"hej")])
    keep_receipt(
        kind=Sent.ANSWER,
        huvudman=dialogue.huvudman,
        dialogue=dialogue,
        given_by="Anna Ek",
        channel=Channel.PORTAL,
        actor=person(user),
    )
    return dialogue, user


def rows() -> dict[str, str]:
    """A hash of the rows of every table that a GET must leave alone."""
    left_alone = set(connection.introspection.table_names()) - {"django_session"}
    found = {}
    with connection.cursor() as cursor:
        for table in sorted(left_alone):
            cursor.execute(f'SELECT t::text FROM "{table}" t ORDER BY 1')
            found[table] = hashlib.sha256(repr(cursor.fetchall()).encode()).hexdigest()
    return found


def signed_in(user: User | None) -> Client:
    client = HouseClient(raise_request_exception=False)
    if user:
        client.force_login(user)
    return client


def sweep(client: Client, user: User | None, dialogue: Dialogue) -> dict[str, int]:
    """GET every address with the dialogue's ids; answer the status of each. Nothing may change."""
    before, statuses = rows(), {}
    for name, pattern in patterns(get_resolver()):
        path = address(name, pattern, dialogue)
        if path is None:
            continue
        if user and "_auth_user_id" not in client.session:
            client.force_login(user)
        answer = client.get(path)
        if answer.streaming:
            b"".join(answer.streaming_content)
        to_sign_in = answer.status_code == 302 and "/konto/logga-in/" in answer["Location"]
        statuses[name] = 401 if to_sign_in else answer.status_code
    after = rows()
    assert [table for table in before if before[table] != after[table]] == []
    return statuses


def portal_of_a_dialogue(statuses: dict[str, int]) -> dict[str, int]:
    return {name: status for name, status in statuses.items() if name.startswith("portal_")}


def desk(statuses: dict[str, int]) -> dict[str, int]:
    return {name: status for name, status in statuses.items() if name.startswith("admin:")}


def test_strangers_are_sent_to_sign_in_everywhere(world):
    statuses = sweep(signed_in(None), None, world[0])
    closed = portal_of_a_dialogue(statuses) | desk(statuses)
    assert {name: status for name, status in closed.items() if status != 401} == {}
    assert [name for name, status in statuses.items() if status >= 500] == []


def test_a_contact_opens_its_own_and_not_the_staffs(world):
    dialogue, user = world
    statuses = sweep(signed_in(user), user, dialogue)
    refused = {n: s for n, s in portal_of_a_dialogue(statuses).items() if s not in (200, 302, 405)}
    assert refused == {}
    assert {name: status for name, status in desk(statuses).items() if status != 404} == {}


def test_another_huvudmans_contact_finds_nothing(world):
    dialogue = world[0]
    _theirs, stranger = dialogue_with_contact(DialogueState.UNDERLAG_SENT)
    statuses = sweep(signed_in(stranger), stranger, dialogue)
    opened = {n: s for n, s in portal_of_a_dialogue(statuses).items() if s != 404}
    assert opened == {}
    assert {name: status for name, status in desk(statuses).items() if status != 404} == {}


def test_others_rows_look_like_rows_that_do_not_exist(world):
    dialogue = world[0]
    client = signed_in(dialogue_with_contact(DialogueState.INVITED)[1])
    for public_id in (dialogue.public_id, uuid.uuid4()):
        answer = client.get(reverse("portal_answer", args=[public_id]))
        assert answer.status_code == 404
        assert str(dialogue.huvudman) not in answer.content.decode()


@pytest.mark.parametrize("who", OUTSIDERS)
def test_staff_find_nothing_in_the_portal_and_no_page_of_theirs_breaks(world, who):
    role, agency = who.split()
    user = staff_user(StaffRole(role), agency=agency)
    statuses = sweep(signed_in(user), user, world[0])
    opened = {n: s for n, s in portal_of_a_dialogue(statuses).items() if s != 404}
    assert opened == {}
    assert [name for name, status in statuses.items() if status >= 500 or status == 401] == []
