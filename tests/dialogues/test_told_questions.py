"""Questions told by two, in the portal and by phone: neither's words are lost, and staff see no draft."""

import re
from uuid import uuid4

import pytest
from django.urls import reverse

from accounts.actors import person
from accounts.domain.machine import Conflict
from accounts.models import AuditEntry
from dialogues.domain.drafts import Edit, reopen_questions, save_draft
from dialogues.domain.questions import Row, questions_version, send_questions
from dialogues.models import Channel, Dialogue, DialogueState, Letter, LetterKind, PriorityQuestion
from quality_system.models import Area, Objective, SubGoal
from tests.accounts.factories import leader
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.pages import seen_on
from tests.dialogues.portal.helpers import edition
from tests.dialogues.portal.test_questions import read_on
from tests.dialogues.test_staff_pages import page_of, step_of

pytestmark = pytest.mark.django_db

BY_PHONE = {"told_by": "Kim Ek", "channel": "phone"}


@pytest.fixture
def dialogue() -> Dialogue:
    return dialogue_with_contact(DialogueState.TIME_FIXED)[0]


@pytest.fixture
def staff(client):
    client.force_login(leader())
    return client


def owner(dialogue: Dialogue):
    return dialogue.huvudman.contacts.get().user


def tell(dialogue: Dialogue, words: str, sub_goal: SubGoal | None = None, **more: object):
    """The huvudman sends a question, in the portal unless told otherwise."""
    told = {"told_by": "Bo Al", "channel": Channel.PORTAL, "actor": person(owner(dialogue))}
    row = Row(area=Area.EQUITY, text=words, sub_goal=sub_goal)
    return send_questions(dialogue=dialogue, rows=[row], **told | more)


def draft(dialogue: Dialogue, words: str) -> None:
    edit = Edit(question=uuid4(), seen=None, form=uuid4())
    actor = person(owner(dialogue))
    save_draft(dialogue=dialogue, edit=edit, area="quality", text=words, sub_goal=None, actor=actor)


def standing() -> list[str]:
    return list(PriorityQuestion.objects.order_by("rank").values_list("text", flat=True))


def goal(skolform: str, text: str) -> SubGoal:
    objective = Objective.objects.create(edition=edition(), skolform=skolform, text="Mål")
    return SubGoal.objects.create(objective=objective, number=1, area="equity", text=text)


def check_of(dialogue: Dialogue) -> str:
    return reverse("portal_questions_check", args=[dialogue.public_id])


def typed_on(page: str) -> dict[str, str]:
    """What a step's form holds, as the browser would send it."""
    areas = dict(re.findall(r'<textarea name="(\w+)"[^>]*>\s*([^<]*)</textarea>', page))
    selects = re.findall(r'<select name="(\w+)".*?</select>', page, re.DOTALL)
    chosen = {name: chosen_in(page, name) for name in selects}
    return areas | chosen | {"seen": seen_on(page)}


def chosen_in(page: str, name: str) -> str:
    select = page.split(f'<select name="{name}"')[1].split("</select>")[0]
    found = re.search(r'value="([^"]*)" selected', select)
    return found[1] if found else ""


def label_in(page: str, name: str) -> str:
    label = page.split(f'<label for="id_{name}"')[1].split("</label>")[0]
    return re.sub("<[^>]*>", "", label)


class TestStaff:
    def test_open_the_questions_that_stand_to_correct_a_word_and_keep_the_sub_goals(self, staff, dialogue):
        offered, other = goal("FSK", "Lika villkor i förskolan"), goal("VUX", "Komvux för alla")
        rows = [
            Row(area=Area.EQUITY, text="Varfor?", sub_goal=offered),
            Row(area=Area.QUALITY, text="Hur?", sub_goal=other),
        ]
        actor = person(owner(dialogue))
        send_questions(dialogue=dialogue, rows=rows, told_by="Bo Al", channel=Channel.PORTAL, actor=actor)
        page = staff.get(step_of(dialogue, "fragor")).text
        assert "Huvudmannen har redan lämnat frågor: Bo Al, portalen" in page
        typed = typed_on(page) | BY_PHONE
        assert (typed["text_1"], typed["text_2"], typed["text_3"]) == ("Varfor?", "Hur?", "")
        saved = staff.post(step_of(dialogue, "fragor"), typed | {"text_1": "Varför?"})
        assert saved.status_code == 302
        assert list(PriorityQuestion.objects.values_list("area", "text", "sub_goal")) == [
            ("equity", "Varför?", offered.pk),
            ("quality", "Hur?", other.pk),
        ]

    def test_a_question_whose_fields_are_emptied_is_gone_and_a_sub_goal_needs_an_area(self, staff, dialogue):
        chosen = goal("FSK", "Lika villkor")
        tell(dialogue, "Varför?", chosen)
        typed = typed_on(staff.get(step_of(dialogue, "fragor")).text) | BY_PHONE
        half = staff.post(step_of(dialogue, "fragor"), typed | {"sub_goal_2": chosen.pk})
        assert half.status_code == 422
        assert "Välj område för frågan." in half.text
        typed |= {"area_2": "learning"}
        staff.post(step_of(dialogue, "fragor"), typed)
        assert PriorityQuestion.objects.count() == 2
        typed = typed_on(staff.get(step_of(dialogue, "fragor")).text) | BY_PHONE
        staff.post(step_of(dialogue, "fragor"), typed | {"area_2": ""})
        assert standing() == ["Varför?"]

    def test_the_first_question_is_emptied_like_the_others_but_one_stays(self, staff, dialogue):
        rows = [Row(area=area, text=area, sub_goal=None) for area in (Area.EQUITY, Area.QUALITY)]
        actor = person(owner(dialogue))
        send_questions(dialogue=dialogue, rows=rows, told_by="Bo Al", channel=Channel.PORTAL, actor=actor)
        opened = staff.get(step_of(dialogue, "fragor")).text
        assert [" (valfritt)" in label_in(opened, f"area_{rank}") for rank in (1, 2)] == [False, True]
        typed = typed_on(opened) | BY_PHONE | {"area_1": "", "text_1": ""}
        none = staff.post(step_of(dialogue, "fragor"), typed | {"area_2": "", "text_2": ""})
        assert none.status_code == 422
        assert "Välj område för minst en fråga." in none.text
        assert standing() == ["equity", "quality"]
        half = staff.post(step_of(dialogue, "fragor"), typed | {"area_2": ""})
        assert "Välj område för frågan." in half.text
        assert "minst en fråga" not in half.text
        assert staff.post(step_of(dialogue, "fragor"), typed).status_code == 302
        assert standing() == ["quality"]

    def test_read_what_the_huvudman_sent_meanwhile_before_it_is_replaced(self, staff, dialogue):
        page = staff.get(step_of(dialogue, "fragor")).text
        tell(dialogue, "Huvudmannens egen fråga", goal("FSK", "Lika villkor"))
        typed = {"area_1": "learning", "text_1": "Det Kim sade", "seen": seen_on(page)} | BY_PHONE
        refused = staff.post(step_of(dialogue, "fragor"), typed)
        assert refused.status_code == 409
        stands, written = refused.text.split("Det här har du skrivit")
        for words in ("Det här står nu", "Bo Al, portalen", "Huvudmannens egen fråga", "Lika villkor"):
            assert words in stands
        assert refused.text.count("Någon har lämnat frågor sedan sidan öppnades") == 1
        assert (typed_on(written)["text_1"], chosen_in(written, "area_1")) == ("Det Kim sade", "learning")
        assert standing() == ["Huvudmannens egen fråga"]
        assert Letter.objects.filter(kind=LetterKind.QUESTIONS).count() == 1
        assert staff.post(step_of(dialogue, "fragor"), typed_on(written) | BY_PHONE).status_code == 302
        assert standing() == ["Det Kim sade"]

    def test_a_page_that_is_shown_again_with_an_error_still_answers_for_what_it_showed(self, staff, dialogue):
        seen = seen_on(staff.get(step_of(dialogue, "fragor")).text)
        tell(dialogue, "Huvudmannens egen fråga")
        faulty = {"area_1": "", "text_1": "Det Kim sade", "seen": seen} | BY_PHONE
        again = staff.post(step_of(dialogue, "fragor"), faulty)
        assert again.status_code == 422
        corrected = typed_on(again.text) | {"area_1": "learning"} | BY_PHONE
        assert staff.post(step_of(dialogue, "fragor"), corrected).status_code == 409
        assert standing() == ["Huvudmannens egen fråga"]

    def test_the_button_pressed_twice_is_one_letter(self, staff, dialogue):
        typed = {"area_1": "learning", "text_1": "Det Kim sade", "seen": "0"} | BY_PHONE
        pressed = [staff.post(step_of(dialogue, "fragor"), typed).status_code for _n in range(2)]
        assert pressed == [302, 302]
        assert AuditEntry.objects.filter(verb="questions.sent").count() == 1
        assert Letter.objects.filter(kind=LetterKind.QUESTIONS).count() == 1

    def test_never_see_the_huvudmans_draft(self, staff, dialogue):
        tell(dialogue, "Skickat")
        seen = seen_on(staff.get(step_of(dialogue, "fragor")).text)
        tell(dialogue, "Skickat igen")
        draft(dialogue, "Hemligt utkast")
        typed = {"area_1": "learning", "text_1": "Det Kim sade", "seen": seen} | BY_PHONE
        pages = [
            staff.get(page_of(dialogue)),
            staff.get(step_of(dialogue, "fragor")),
            staff.post(step_of(dialogue, "fragor"), typed),
        ]
        assert [page.status_code for page in pages] == [200, 200, 409]
        assert not any("Hemligt utkast" in page.text for page in pages)

    def test_read_earlier_words_in_the_history(self, staff, dialogue):
        tell(dialogue, "De första orden")
        tell(dialogue, "De senaste orden")
        history = staff.get(page_of(dialogue)).text.split('id="history"')[1]
        assert history.index("De senaste orden") < history.index("De första orden")


class TestPortal:
    @pytest.fixture
    def huvudman(self, client, dialogue):
        client.force_login(owner(dialogue))
        return client

    def by_phone(self, dialogue: Dialogue, words: str = "Sagt på telefon") -> None:
        tell(dialogue, words, told_by="Kim Ek", channel=Channel.PHONE, actor=person(leader()))

    def test_what_was_told_by_phone_meanwhile_is_read_before_the_draft_replaces_it(self, huvudman, dialogue):
        tell(dialogue, "Först")
        reopen_questions(dialogue=dialogue, actor=person(owner(dialogue)))
        read = read_on(huvudman.get(check_of(dialogue)).text)
        self.by_phone(dialogue)
        refused = huvudman.post(check_of(dialogue), read)
        assert refused.status_code == 409
        for words in ("Någon har lämnat frågor sedan sidan öppnades", "Kim Ek", "telefon", "Sagt på telefon"):
            assert words in refused.text
        assert standing() == ["Sagt på telefon"]
        assert dialogue.question_drafts.get().text == "Först"
        sent = huvudman.post(check_of(dialogue), read_on(refused.text))
        assert sent["Location"] == reverse("portal_questions_done", args=[dialogue.public_id])
        assert standing() == ["Först"]
        assert not dialogue.question_drafts.exists()

    def test_the_check_shows_what_stands_however_it_was_told(self, huvudman, dialogue):
        draft(dialogue, "Eget utkast")
        assert "Det här står nu" not in huvudman.get(check_of(dialogue)).text
        self.by_phone(dialogue)
        page = huvudman.get(check_of(dialogue)).text
        stands, sends = page.split("Det här skickar ni")
        assert "Sagt på telefon" in stands
        assert "Eget utkast" in sends
        listed = huvudman.get(reverse("portal_questions", args=[dialogue.public_id])).text
        assert "Frågorna som gäller nu lämnade Kim Ek" in listed

    @pytest.mark.parametrize("seen", [None, "", "x", "-1", "9" * 30])
    def test_a_page_that_shows_no_questions_replaces_none(self, huvudman, dialogue, seen):
        draft(dialogue, "Eget utkast")
        self.by_phone(dialogue)
        read = read_on(huvudman.get(check_of(dialogue)).text)["read"]
        typed = {"read": read} | ({} if seen is None else {"seen": seen})
        sent = huvudman.post(check_of(dialogue), typed)
        assert sent.status_code == 409
        assert "Någon har lämnat frågor" in sent.text
        assert standing() == ["Sagt på telefon"]


def test_the_verb_refuses_other_words_than_those_seen(dialogue):
    tell(dialogue, "Först", seen=0)
    seen = questions_version(dialogue)
    with pytest.raises(Conflict):
        tell(dialogue, "Sedan", seen=0)
    with pytest.raises(Conflict):
        tell(dialogue, "Först", seen=0, told_by="Kim Ek")
    tell(dialogue, "Först", seen=0)
    assert questions_version(dialogue) == seen
    tell(dialogue, "Sedan", seen=seen)
    assert standing() == ["Sedan"]
