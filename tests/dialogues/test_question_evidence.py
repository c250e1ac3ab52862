"""What a question builds on, who took the call, and every version of the questions for both to see."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.models import StaffRole
from dialogues.domain.questions import Call, Row, send_questions
from dialogues.models import (
    Channel,
    Dialogue,
    DialogueState,
    Letter,
    LetterKind,
    PriorityQuestion,
    QuestionForm,
    Underlag,
)
from dialogues.underlag.evidence import figure_lines
from quality_system.models import Area
from tests.accounts.factories import leader, staff_user
from tests.dialogues.pages import seen_on
from tests.dialogues.portal.helpers import address, issued_underlag, text
from tests.dialogues.portal.test_questions import owner, read_on, send, write
from tests.dialogues.test_staff_pages import page_of, step_of
from tests.dialogues.test_told_questions import tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def dialogue(client) -> Dialogue:
    from tests.dialogues.factories import dialogue_with_contact

    dialogue, user = dialogue_with_contact(DialogueState.TIME_FIXED)
    client.force_login(user)
    return dialogue


def told_by_phone(dialogue: Dialogue, **more: object) -> QuestionForm:
    row = Row(area=Area.EQUITY, text="Sagt", sub_goal=None)
    return send_questions(
        dialogue=dialogue,
        rows=[row],
        told_by="Kim Ek, skolchef",
        channel=Channel.PHONE,
        actor=person(leader()),
        **more,
    )


class TestEvidence:
    def test_only_figures_with_a_value_that_may_be_shown_are_offered(self, dialogue):
        assert figure_lines(dialogue) == []
        issued_underlag(dialogue)
        lines = figure_lines(dialogue)
        assert lines
        assert all(": " in line and ".." not in line and "visas inte" not in line for line in lines)
        assert len(lines) == len(set(lines))

    def test_before_the_underlag_ones_own_words_are_enough(self, client, dialogue):
        page = text(
            client.get(address("portal_question", dialogue, "0" * 8 + "-0000-4000-8000-000000000000"))
        )
        assert 'name="figure"' not in page
        assert 'name="evidence"' in page

    def test_a_figure_is_kept_as_it_was_told_though_the_underlag_changes(self, client, dialogue):
        issued_underlag(dialogue)
        line = figure_lines(dialogue)[0]
        write(client, dialogue, 1, text="Varför?", figure=line, evidence="Vår enkät i våras")
        send(client, dialogue)
        Underlag.objects.update(state="rendered")
        assert PriorityQuestion.objects.values_list("figure", "evidence").get() == (line, "Vår enkät i våras")
        client.post(address("portal_questions", dialogue))
        assert dialogue.question_drafts.get().figure == line
        assert write(client, dialogue, 1, text="Varför?", figure=line).status_code == 302
        assert dialogue.question_drafts.get().figure == line

    def test_another_line_than_those_offered_is_not_taken(self, client, dialogue):
        issued_underlag(dialogue)
        refused = write(client, dialogue, 1, text="Varför?", figure="Påhittat: 100 %")
        assert refused.status_code == 422
        assert dialogue.question_drafts.get().figure == ""

    def test_a_personnummer_in_what_it_builds_on_is_not_sent(self, dialogue):
        row = Row(area=Area.EQUITY, text="", sub_goal=None, evidence="Elev 190101-9800")
        with pytest.raises(NotPossible):
            send_questions(
                dialogue=dialogue,
                rows=[row],
                told_by="Kim",
                channel=Channel.PHONE,
                actor=person(leader()),
            )

    def test_staff_who_correct_a_word_keep_what_the_huvudman_built_on(self, client, dialogue):
        issued_underlag(dialogue)
        line = figure_lines(dialogue)[0]
        row = Row(area=Area.EQUITY, text="Fel ord", sub_goal=None, figure=line, evidence="Enkät")
        send_questions(
            dialogue=dialogue, rows=[row], told_by="Bo", channel=Channel.PORTAL, actor=person(owner(dialogue))
        )
        client.force_login(leader())
        page = client.get(step_of(dialogue, "fragor")).text
        assert f'value="{line}" selected' in page
        assert "Enkät</textarea>" in page
        kept = {"area_1": "equity", "text_1": "Rätt ord", "figure_1": line, "evidence_1": "Enkät"}
        told = {"told_by": "Bo Al", "channel": "phone", "seen": seen_on(page)}
        assert client.post(step_of(dialogue, "fragor"), kept | told).status_code == 302
        question = PriorityQuestion.objects.get()
        assert (question.text, question.figure, question.evidence) == ("Rätt ord", line, "Enkät")


class TestCall:
    def test_who_took_it_and_when_is_kept_and_told_to_the_huvudman(self, client, dialogue):
        colleague = staff_user(StaffRole.LEADER, agency="spsm")
        day = timezone.localdate() - datetime.timedelta(days=3)
        form = told_by_phone(dialogue, call=Call(taken_by=colleague, day=day))
        assert (form.called_by, form.told_on, form.noted_by != colleague) == (colleague, day, True)
        copy = Letter.objects.get(kind=LetterKind.QUESTIONS)
        assert colleague.name in copy.text
        assert address("portal_questions", dialogue) in copy.text
        assert colleague.name in text(client.get(address("portal_questions", dialogue)))
        client.force_login(colleague)
        assert colleague.name in text(client.get(page_of(dialogue))).split('id="history"')[0]

    def test_the_one_who_notes_took_it_today_unless_said(self, dialogue):
        form = told_by_phone(dialogue)
        assert (form.called_by, form.told_on) == (form.noted_by, timezone.localdate())

    def test_nobody_calls_a_huvudman_that_writes_itself(self, dialogue):
        assert tell(dialogue, "Skrivet").called_by is None

    def test_a_call_to_come_is_no_call(self, client, dialogue):
        tomorrow = timezone.localdate() + datetime.timedelta(days=1)
        with pytest.raises(NotPossible):
            told_by_phone(dialogue, call=Call(day=tomorrow))
        client.force_login(leader())
        typed = {"area_1": "equity", "told_by": "Kim", "channel": "phone", "seen": "0"}
        refused = client.post(step_of(dialogue, "fragor"), typed | {"told_on": tomorrow.isoformat()})
        assert refused.status_code == 422
        assert "Välj en dag som har varit." in refused.text
        assert not QuestionForm.objects.exists()


def test_a_correction_is_a_new_version_of_the_one_record_and_both_see_the_old(client, dialogue):
    told_by_phone(dialogue)
    assert "Tidigare versioner" not in text(client.get(address("portal_questions", dialogue)))
    client.post(address("portal_questions", dialogue))
    write(client, dialogue, 1, text="Rättat")
    check = text(client.get(address("portal_questions_check", dialogue)))
    client.post(address("portal_questions_check", dialogue), read_on(check))
    assert QuestionForm.objects.count() == 1
    shown, earlier = text(client.get(address("portal_questions", dialogue))).split("Tidigare versioner")
    assert "Rättat" in shown
    assert "Sagt" in earlier
    assert "Kim Ek, skolchef, telefon" in earlier
    client.force_login(leader())
    history = text(client.get(page_of(dialogue))).split('id="history"')[1]
    assert history.index("Rättat") < history.index("Sagt")


class TestOrder:
    @pytest.fixture
    def three(self, client, dialogue) -> list[str]:
        for rank, words in enumerate("abc", start=1):
            write(client, dialogue, rank, text=words)
        return [str(row.public_id) for row in dialogue.question_drafts.order_by("rank")]

    @staticmethod
    def words(dialogue: Dialogue) -> str:
        return "".join(dialogue.question_drafts.order_by("rank").values_list("text", flat=True))

    @pytest.mark.parametrize(
        ("way", "place", "then", "focus"),
        [
            ("lower", 0, "bac", "ned"),
            ("lower", 1, "acb", "upp"),
            ("lower", 2, "abc", "upp"),
            ("raise", 2, "acb", "upp"),
            ("raise", 1, "bac", "ned"),
            ("raise", 0, "abc", "ned"),
        ],
    )
    def test_a_question_moves_one_step_and_keeps_the_focus(
        self, client, dialogue, three, way, place, then, focus
    ):
        moved = client.post(address(f"portal_question_{way}", dialogue, three[place]), follow=True)
        assert self.words(dialogue) == then
        page = text(moved)
        assert page.count("autofocus") == 1
        assert "#" not in moved.redirect_chain[0][0], "a browser with a place to go to lets autofocus be"
        button = page.split("autofocus")[0].rsplit("<form", 1)[1]
        assert three[place] in button
        assert f"/{focus}/" in button

    def test_the_ends_have_one_button_each(self, client, dialogue, three):
        page = text(client.get(address("portal_questions", dialogue)))
        assert (page.count('data-move="ArrowUp"'), page.count('data-move="ArrowDown"')) == (2, 2)
        assert "autofocus" not in page
