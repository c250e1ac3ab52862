"""The prioritised questions: a draft in the huvudman's own space, checked, sent, changed."""

import re
from uuid import UUID, uuid4

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.adminsite import site
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole, User
from dialogues.domain.drafts import (
    Edit,
    drafts_of,
    drop_draft,
    move_draft,
    reopen_questions,
    save_draft,
    send_draft,
    throw_draft,
)
from dialogues.domain.questions import OPEN_FOR_QUESTIONS
from dialogues.models import Channel, Dialogue, DialogueState, PriorityQuestion, QuestionDraft, QuestionForm
from quality_system.models import Area, Objective, SubGoal
from tests.accounts.factories import staff_user
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.portal.helpers import edition
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(client) -> Dialogue:
    dialogue, user = dialogue_with_contact(DialogueState.TIME_FIXED)
    client.force_login(user)
    return dialogue


def address(name: str, dialogue: Dialogue, *more: object) -> str:
    return reverse(name, args=[dialogue.public_id, *more])


def owner(dialogue: Dialogue) -> User:
    return dialogue.huvudman.contacts.get().user


def text(answer) -> str:
    return answer.content.decode().replace("\xa0", " ")


def read_on(page: str) -> dict[str, str]:
    """The hidden fields of a check page, as the browser that opened it would send them."""
    return dict(re.findall(r'type="hidden" name="(seen|read)" value="([^"]*)"', page))


def send(client, dialogue: Dialogue):
    """Open the check page and send what it shows."""
    place = address("portal_questions_check", dialogue)
    return client.post(place, read_on(text(client.get(place))))


def question(dialogue: Dialogue, rank: int) -> UUID:
    """The id of the question at a rank; a fresh one where there is none."""
    return dialogue.question_drafts.filter(rank=rank).values_list("public_id", flat=True).first() or uuid4()


def opened(client, dialogue: Dialogue, public_id: UUID) -> dict[str, str]:
    """The hidden fields of a question's page, as the browser that opened it would send them."""
    page = text(client.get(address("portal_question", dialogue, public_id)))
    return dict(re.findall(r'type="hidden" name="(seen|form)" value="([^"]*)"', page))


def write(client, dialogue: Dialogue, rank: int, **typed: object):
    public_id = question(dialogue, rank)
    hidden = opened(client, dialogue, public_id)
    return client.post(address("portal_question", dialogue, public_id), {"area": "equity", **hidden, **typed})


def new() -> Edit:
    return Edit(question=uuid4(), seen=None, form=uuid4())


def in_draft(dialogue: Dialogue) -> list[tuple[int, str, str]]:
    return list(dialogue.question_drafts.order_by("rank").values_list("rank", "area", "text"))


def test_from_the_first_question_to_the_receipt(client, dialogue):
    assert "Skriv er första fråga" in text(client.get(address("portal_questions", dialogue)))
    assert write(client, dialogue, 1, text="Varför skiljer det sig?").status_code == 302
    write(client, dialogue, 2, area="quality")
    check = text(client.get(address("portal_questions_check", dialogue)))
    assert "allmän handling" in check
    assert "Vem som helst kan begära" in check
    assert "enskilda barn eller elever" in check
    assert not QuestionForm.objects.exists()
    done = client.post(address("portal_questions_check", dialogue), read_on(check))
    assert done["Location"] == address("portal_questions_done", dialogue)
    assert "Varför skiljer det sig?" in text(client.get(done["Location"]))
    form = QuestionForm.objects.get()
    assert (form.channel, form.told_by) == (Channel.PORTAL, str(dialogue.huvudman.contacts.get()))
    assert list(form.rows.values_list("rank", "area", "text")) == [
        (1, "equity", "Varför skiljer det sig?"),
        (2, "quality", ""),
    ]
    assert not in_draft(dialogue)


def test_sending_twice_sends_once(client, dialogue):
    write(client, dialogue, 1)
    page = address("portal_questions_check", dialogue)
    read = read_on(text(client.get(page)))
    client.post(page, read)
    again = client.post(page, read)
    assert again["Location"] == address("portal_questions", dialogue)
    assert "Här finns inget utkast att skicka nu." in text(client.get(again["Location"]))
    assert PriorityQuestion.objects.count() == 1
    assert AuditEntry.objects.filter(verb="questions.sent").count() == 1


def test_nothing_typed_is_lost_when_the_area_is_missing(client, dialogue):
    answer = write(client, dialogue, 1, area="", text="En lång text")
    page = text(answer)
    assert answer.status_code == 422
    assert "Välj ett område" in page
    assert "En lång text" in page
    assert in_draft(dialogue) == [(1, "", "En lång text")]
    assert "En lång text" in text(client.get(address("portal_question", dialogue, question(dialogue, 1))))
    refused = send(client, dialogue)
    assert refused.status_code == 422
    link = address("portal_question", dialogue, question(dialogue, 1))
    assert f'<li><a href="{link}">Fråga 1: välj ett område.</a></li>' in text(refused)
    assert in_draft(dialogue)


def test_an_empty_new_question_is_not_kept(client, dialogue):
    answer = write(client, dialogue, 1, area="", text=" ")
    assert answer.status_code == 422
    assert "Frågan är tom." in text(answer)
    assert "skriv något" not in text(answer)
    assert in_draft(dialogue) == []


@pytest.mark.parametrize("change", ["words", "order", "one more"])
def test_words_that_a_colleague_wrote_since_are_not_sent_unseen(client, dialogue, change):
    write(client, dialogue, 1, text="Läst")
    write(client, dialogue, 2, text="Också läst")
    place = address("portal_questions_check", dialogue)
    read = read_on(text(client.get(place)))
    if change == "order":
        client.post(address("portal_question_raise", dialogue, question(dialogue, 2)))
    else:
        write(client, dialogue, 2 if change == "words" else 3, text="Oläst")
    before = in_draft(dialogue)
    refused = client.post(place, read)
    assert refused.status_code == 409
    assert "Någon har ändrat i frågorna" in text(refused)
    assert ("Oläst" in text(refused)) == (change != "order")
    assert not QuestionForm.objects.exists()
    assert in_draft(dialogue) == before
    assert client.post(place, read_on(text(refused))).status_code == 302
    assert list(PriorityQuestion.objects.values_list("rank", "area", "text")) == before


def test_a_text_that_is_too_long_says_by_how_much_and_is_kept(client, dialogue):
    public_id = uuid4()
    hidden = opened(client, dialogue, public_id)
    assert "maxlength" not in text(client.get(address("portal_question", dialogue, public_id)))
    typed = {"area": "equity", "text": "ö" * 4213} | hidden
    answer = client.post(address("portal_question", dialogue, public_id), typed)
    assert answer.status_code == 422
    assert "Texten är för lång. Den får ha högst 4 000 tecken. Nu är det 4 213." in text(answer)
    assert "ö" * 4213 in text(answer)
    saved = autosave(client, dialogue, public_id, hidden, "ö" * 4213)
    assert "Inte sparat" in saved
    assert "Nu är det 4 213." in saved


def test_htmx_saves_on_the_way_and_says_when(client, dialogue):
    answer = client.post(
        address("portal_question", dialogue, uuid4()), {"text": "Halva menin"}, headers={"HX-Request": "true"}
    )
    assert re.search(r"Sparat .* kl\. \d\d\.\d\d", text(answer))
    assert "<html" not in text(answer)
    assert in_draft(dialogue) == [(1, "", "Halva menin")]


def test_at_most_five(client, dialogue):
    for rank in range(1, 6):
        write(client, dialogue, rank, text=f"Fråga {rank}")
    assert "det högsta antalet" in text(client.get(address("portal_questions", dialogue)))
    assert client.get(address("portal_question", dialogue, uuid4())).status_code == 302
    sixth = client.post(
        address("portal_question", dialogue, uuid4()), {"area": "equity", "text": "Den sjätte"}
    )
    assert sixth.status_code == 422
    assert "Den sjätte" in text(sixth)
    with pytest.raises(NotPossible):
        save_draft(
            dialogue=dialogue,
            edit=new(),
            area="equity",
            text="",
            sub_goal=None,
            actor=person(owner(dialogue)),
        )
    assert len(in_draft(dialogue)) == 5


def take_away(client, dialogue: Dialogue, rank: int, seen: str = ""):
    page = address("portal_question_drop", dialogue, question(dialogue, rank))
    seen = seen or re.search(r'name="seen" value="([^"]+)"', text(client.get(page)))[1]
    return client.post(page, {"seen": seen}, follow=True)


def autosave(client, dialogue: Dialogue, public_id: UUID, hidden: dict[str, str], typed: str) -> str:
    page = address("portal_question", dialogue, public_id)
    return text(client.post(page, {**hidden, "text": typed}, headers={"HX-Request": "true"}))


def test_saving_follows_its_question_when_others_are_taken_away_or_moved(client, dialogue):
    for rank, words in enumerate(["a", "b", "c"], start=1):
        write(client, dialogue, rank, text=words)
    b = question(dialogue, 2)
    hidden = opened(client, dialogue, b)
    take_away(client, dialogue, 1)
    client.post(address("portal_question_raise", dialogue, question(dialogue, 2)))
    assert "Sparat" in autosave(client, dialogue, b, hidden, "b, längre")
    assert "Sparat" in autosave(client, dialogue, b, hidden, "b, ännu längre")
    assert [(rank, words) for rank, _area, words in in_draft(dialogue)] == [(1, "c"), (2, "b, ännu längre")]


def test_two_who_start_at_once_write_a_question_each(client, dialogue):
    first, second = [
        re.search(r"/fragor/([0-9a-f-]{36})/", text(client.get(address("portal_questions", dialogue))))[1]
        for _who in range(2)
    ]
    forms = {public_id: opened(client, dialogue, UUID(public_id)) for public_id in (first, second)}
    for public_id, hidden in forms.items():
        autosave(client, dialogue, UUID(public_id), hidden, f"Från {public_id}")
        autosave(client, dialogue, UUID(public_id), hidden, f"Mer från {public_id}")
    assert [words for *_rest, words in in_draft(dialogue)] == [f"Mer från {first}", f"Mer från {second}"]


def test_an_older_form_never_overwrites_what_was_saved_since(client, dialogue):
    write(client, dialogue, 1, text="Först")
    public_id = question(dialogue, 1)
    mine, theirs = (opened(client, dialogue, public_id) for _who in range(2))
    autosave(client, dialogue, public_id, theirs, "Kollegans")
    assert "Inte sparat" in autosave(client, dialogue, public_id, mine, "Min")
    kept = client.post(
        address("portal_question", dialogue, public_id), {**mine, "area": "quality", "text": "Min"}
    )
    assert kept.status_code == 422
    assert "Det ni skrev står kvar här" in text(kept)
    assert [words for *_rest, words in in_draft(dialogue)] == ["Kollegans"]
    save_again(client, text(kept), "Min")
    assert [words for *_rest, words in in_draft(dialogue)] == ["Kollegans", "Min"]


def save_again(client, page: str, typed: str) -> None:
    """Save the form as the page shows it."""
    assert f"{typed}</textarea>" in page
    action = re.search(r'<form method="post" action="([^"]+)" novalidate', page)[1]
    hidden = dict(re.findall(r'type="hidden" name="(seen|form)" value="([^"]*)"', page))
    assert client.post(action, {**hidden, "area": "quality", "text": typed}).status_code == 302


def test_what_is_typed_in_a_question_that_is_gone_can_be_saved_as_a_new_one(client, dialogue):
    write(client, dialogue, 1, text="a")
    write(client, dialogue, 2, text="b")
    public_id = question(dialogue, 1)
    hidden = opened(client, dialogue, public_id)
    take_away(client, dialogue, 1)
    page = client.post(
        address("portal_question", dialogue, public_id), {**hidden, "area": "equity", "text": "a och mer"}
    )
    assert page.status_code == 422
    assert in_draft(dialogue) == [(1, "equity", "b")]
    save_again(client, text(page), "a och mer")
    assert in_draft(dialogue) == [(1, "equity", "b"), (2, "quality", "a och mer")]


def test_taking_away_asks_first_and_spares_what_was_written_since(client, dialogue):
    write(client, dialogue, 1, text="Vårt eget")
    page = text(client.get(address("portal_question_drop", dialogue, question(dialogue, 1))))
    assert "Vårt eget" in page
    seen = re.search(r'name="seen" value="([^"]+)"', page)[1]
    write(client, dialogue, 1, text="Längre")
    assert "Läs den igen först" in text(take_away(client, dialogue, 1, seen=seen))
    assert in_draft(dialogue) == [(1, "equity", "Längre")]
    take_away(client, dialogue, 1)
    assert in_draft(dialogue) == []


def test_ranks_follow_on_each_other(client, dialogue):
    for rank, words in enumerate(["a", "b", "c"], start=1):
        write(client, dialogue, rank, text=words)
    client.post(address("portal_question_raise", dialogue, question(dialogue, 3)))
    assert in_draft(dialogue) == [(1, "equity", "a"), (2, "equity", "c"), (3, "equity", "b")]
    take_away(client, dialogue, 1)
    assert in_draft(dialogue) == [(1, "equity", "c"), (2, "equity", "b")]
    client.post(address("portal_question_raise", dialogue, question(dialogue, 1)))
    assert in_draft(dialogue) == [(1, "equity", "c"), (2, "equity", "b")]


@pytest.mark.parametrize(("name", "status"), [("portal_question_drop", 200), ("portal_question_raise", 405)])
def test_links_change_nothing(client, dialogue, name, status):
    write(client, dialogue, 1, text="a")
    write(client, dialogue, 2, text="b")
    before = in_draft(dialogue)
    assert client.get(address(name, dialogue, question(dialogue, 2))).status_code == status
    assert in_draft(dialogue) == before


def test_what_was_sent_can_be_changed_and_sent_again(client, dialogue):
    write(client, dialogue, 1, text="Först")
    send(client, dialogue)
    page = text(client.get(address("portal_questions", dialogue)))
    assert "Ändra frågorna" in page
    client.post(address("portal_questions", dialogue))
    write(client, dialogue, 1, text="Sedan", area="learning")
    check = text(client.get(address("portal_questions_check", dialogue)))
    assert check.index("Det här står nu") < check.index("Först") < check.index("Sedan")
    client.post(address("portal_questions_check", dialogue), read_on(check))
    assert list(PriorityQuestion.objects.values_list("area", "text")) == [("learning", "Sedan")]


def test_reopening_does_not_overwrite_a_draft(client, dialogue):
    write(client, dialogue, 1, text="Skickat")
    send(client, dialogue)
    write(client, dialogue, 1, text="Nytt utkast")
    client.post(address("portal_questions", dialogue))
    assert in_draft(dialogue) == [(1, "equity", "Skickat"), (2, "equity", "Nytt utkast")]


def test_sub_goals_are_those_of_the_skolformer_the_huvudman_runs(client, dialogue):
    mine = Objective.objects.create(edition=edition(), skolform="FSK", text="Mål för förskolan")
    other = Objective.objects.create(edition=edition(), skolform="VUX", text="Mål för komvux")
    goal = SubGoal.objects.create(objective=mine, number=1, area="equity", text="Lika villkor i förskolan")
    strange = SubGoal.objects.create(objective=other, number=1, area="equity", text="Komvux för alla")
    page = text(client.get(address("portal_question", dialogue, uuid4())))
    assert "Lika villkor i förskolan" in page
    assert "Komvux för alla" not in page
    write(client, dialogue, 1, sub_goal=goal.pk)
    assert QuestionDraft.objects.get().sub_goal == goal
    assert write(client, dialogue, 1, sub_goal=strange.pk).status_code == 422


def test_a_chosen_sub_goal_stays_when_it_is_no_longer_offered(client, dialogue):
    objective = Objective.objects.create(edition=edition(), skolform="FSK", text="Mål för förskolan")
    goal = SubGoal.objects.create(objective=objective, number=1, area="equity", text="Lika villkor")
    write(client, dialogue, 1, text="Först", sub_goal=goal.pk)
    Objective.objects.update(skolform="VUX")
    page = text(client.get(address("portal_question", dialogue, question(dialogue, 1))))
    assert re.search(rf'<option value="{goal.pk}"[^>]* selected', page)
    assert "Lika villkor" not in text(client.get(address("portal_question", dialogue, uuid4())))
    assert write(client, dialogue, 1, text="Sedan", sub_goal=goal.pk).status_code == 302
    assert QuestionDraft.objects.values_list("text", "sub_goal").get() == ("Sedan", goal.pk)


@pytest.mark.parametrize("state", DialogueState.values)
def test_questions_are_written_only_while_they_can_be_sent(state):
    dialogue, user = dialogue_with_contact(DialogueState(state))
    actor = person(user)
    typed = {"area": "equity", "text": "", "sub_goal": None}
    if state in OPEN_FOR_QUESTIONS:
        save_draft(dialogue=dialogue, edit=new(), actor=actor, **typed)
        assert in_draft(dialogue)
        return
    for verb in (
        lambda: save_draft(dialogue=dialogue, edit=new(), actor=actor, **typed),
        lambda: drop_draft(dialogue=dialogue, question=uuid4(), seen=None, actor=actor),
        lambda: move_draft(dialogue=dialogue, question=uuid4(), steps=-1, actor=actor),
        lambda: reopen_questions(dialogue=dialogue, actor=actor),
        lambda: throw_draft(dialogue=dialogue, read="", actor=actor),
        lambda: send_draft(dialogue=dialogue, read="", told_by="X", actor=actor),
    ):
        with pytest.raises(NotPossible):
            verb()


def outsiders() -> list[User]:
    superuser = get_user_model().objects.create_superuser("rot@skolverket.example", "lösenordsfras 123")
    staff = [staff_user(role, agency=agency) for role in StaffRole for agency in ("skolverket", "spsm")]
    return [superuser, ContactFactory().user, *staff]


def test_no_agency_role_superuser_or_other_huvudman_reads_or_writes_a_draft(client, dialogue):
    write(client, dialogue, 1, text="Vårt eget")
    for user in outsiders():
        actor = person(user)
        for verb in (
            lambda a=actor: drafts_of(dialogue, a),
            lambda a=actor: save_draft(
                dialogue=dialogue, edit=new(), area="", text="intrång", sub_goal=None, actor=a
            ),
            lambda a=actor: drop_draft(dialogue=dialogue, question=uuid4(), seen=None, actor=a),
            lambda a=actor: move_draft(dialogue=dialogue, question=uuid4(), steps=-1, actor=a),
            lambda a=actor: reopen_questions(dialogue=dialogue, actor=a),
            lambda a=actor: throw_draft(dialogue=dialogue, read="", actor=a),
            lambda a=actor: send_draft(dialogue=dialogue, read="", told_by="X", actor=a),
        ):
            with pytest.raises(PermissionDenied):
                verb()
    with pytest.raises(PermissionDenied):
        drafts_of(dialogue, SYSTEM)
    assert in_draft(dialogue) == [(1, Area.EQUITY, "Vårt eget")]


def test_drafts_leave_no_trace_in_history_log_or_staffs_site(client, dialogue):
    write(client, dialogue, 1, text="Vårt eget")
    names = {model._meta.model_name for model in site._registry}
    assert "questiondraft" not in names
    assert not hasattr(QuestionDraft, "pgh_event_model")
    assert not hasattr(QuestionDraft, "pgh_event_models") or not QuestionDraft.pgh_event_models
    assert not AuditEntry.objects.filter(facts__icontains="Vårt eget").exists()
    assert not AuditEntry.objects.exists()
