"""Attempts to find out who said what: in the tables, in the log, by differences."""

import datetime

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.utils import timezone

from accounts.actors import person
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.domain.evaluations import ASKED_AT_LEAST, AlreadyAnswered, answer_evaluation
from dialogues.evaluation.results import EVERYBODY, groups, results
from dialogues.links import evaluation_holder
from dialogues.models import DialogueState, EvaluationRequest, EvaluationTally, EvaluationText, Part
from tests.accounts.factories import staff_user
from tests.dialogues.evaluation.helpers import (
    LONG_AGO,
    answer,
    asked_about,
    asked_of,
    counted,
    first_question,
    questionnaire,
    written,
)
from tests.dialogues.factories import dialogue_with_contact

pytestmark = pytest.mark.django_db


def table(model, column: str) -> list[tuple]:
    """A table in the order in which PostgreSQL keeps it: the row's transaction, its id and a column."""
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT xmin::text, id, {column} FROM "{model._meta.db_table}" ORDER BY ctid')
        return cursor.fetchall()


def columns(model) -> set[str]:
    return {field.column for field in model._meta.get_fields() if hasattr(field, "column")}


class TestTables:
    def test_what_is_kept_has_no_column_that_leads_to_anybody_or_to_a_time(self):
        assert columns(EvaluationTally) == {
            "id",
            "question_id",
            "half_year",
            "sort",
            "size_class",
            "value",
            "count",
        }
        assert columns(EvaluationText) == {"id", "part", "half_year", "text"}

    def test_there_is_a_row_for_a_number_and_never_one_for_an_answer(self):
        for request in asked_of(Part.DIALOGUE, 4):
            answer(request, 3)
        assert [row.count for row in EvaluationTally.objects.all()] == [4]

    @pytest.mark.django_db(transaction=True)
    def test_the_order_of_the_rows_is_not_that_of_the_answers(self):
        requests = asked_of(Part.DIALOGUE, 5)
        for request, step in zip(requests, (5, 3, 1, 4, 2), strict=True):
            answer(request, step)
        rows = table(EvaluationTally, "value")
        assert [value for _written, _id, value in rows] == [1, 2, 3, 4, 5]
        assert [value for _written, _id, value in sorted(rows, key=lambda row: row[1])] == [1, 2, 3, 4, 5]
        assert len({written for written, _id, _value in rows}) == 1, "one transaction wrote all of them"

    @pytest.mark.django_db(transaction=True)
    def test_texts_are_written_anew_in_another_order_by_one_transaction(self):
        names = [f"text {n}" for n in range(12)]
        for request, text in zip(asked_of(Part.DIALOGUE, 12), names, strict=True):
            answer(request, 3, text)
        rows = table(EvaluationText, "text")
        kept = [text for _written, _id, text in rows]
        assert sorted(kept) == sorted(names)
        assert kept != names
        assert [text for _written, _id, text in sorted(rows, key=lambda row: row[1])] != names
        assert len({written for written, _id, _text in rows}) == 1

    def test_an_answer_leaves_no_trace_in_the_log(self):
        request = asked_of(Part.DIALOGUE, 1)[0]
        before = AuditEntry.objects.count()
        answer(request, 1, "Något")
        assert AuditEntry.objects.count() == before

    def test_two_parts_of_one_huvudman_lie_in_boxes_of_their_own(self):
        dialogue, _user = dialogue_with_contact(DialogueState.CLOSED)
        for part in (Part.DIALOGUE, Part.FEEDBACK):
            answer(asked_about(dialogue, part), 2, f"Om {part}")
        assert set(EvaluationText.objects.values_list("part", "text")) == {
            ("dialogue", "Om dialogue"),
            ("feedback", "Om feedback"),
        }


class TestKind:
    """How much is kept of who answered."""

    def kinds(self) -> set[tuple[str, str]]:
        return set(EvaluationTally.objects.values_list("sort", "size_class"))

    def test_nothing_where_few_were_asked(self):
        requests = asked_of(Part.DIALOGUE, ASKED_AT_LEAST - 1, type="enskild", size_class="s2")
        answer(requests[0], 3)
        assert self.kinds() == {("", "")}

    def test_owner_and_size_where_many_were_asked(self):
        requests = asked_of(Part.DIALOGUE, ASKED_AT_LEAST, type="enskild", size_class="s2")
        answer(requests[0], 3)
        assert self.kinds() == {("enskild", "s2")}

    def test_only_the_owner_where_few_of_the_size_were_asked(self):
        few = asked_of(Part.DIALOGUE, 2, type="kommun", size_class="s5")
        asked_of(Part.DIALOGUE, ASKED_AT_LEAST, type="region", size_class="s4")
        answer(few[0], 3)
        assert self.kinds() == {("offentlig", "")}

    def test_those_asked_about_another_part_do_not_count(self):
        asked_of(Part.FEEDBACK, ASKED_AT_LEAST, type="enskild", size_class="s2")
        answer(asked_of(Part.DIALOGUE, 1, type="enskild", size_class="s2")[0], 3)
        assert self.kinds() == {("", "")}


class TestResults:
    def shown(self, part: Part = Part.DIALOGUE) -> dict[str, int]:
        """How many answered the first question, by each group that is shown."""
        found = {}
        for group, _label in groups():
            rows = results(part, LONG_AGO, group).rows
            if rows and rows[0].count:
                found[group] = rows[0].count
        return found

    @pytest.mark.parametrize(("many", "shown"), [(4, {}), (5, {EVERYBODY: 5})])
    def test_from_five_up(self, many, shown):
        counted(first_question(Part.DIALOGUE), "", [3] * many)
        assert self.shown() == shown

    def test_the_difference_of_two_filters_is_never_a_small_group(self):
        question = first_question(Part.DIALOGUE)
        counted(question, "enskild.s1", [1] * 7)
        counted(question, "enskild.s2", [4] * 3)
        counted(question, "enskild.s3", [5] * 6)
        counted(question, "offentlig.s4", [2] * 2)
        shown = self.shown()
        assert shown == {EVERYBODY: 18}, "all but the private would be the two public ones"

    def test_hidden_sizes_are_enough_together(self):
        question = first_question(Part.DIALOGUE)
        counted(question, "enskild.s1", [1] * 7)
        counted(question, "enskild.s2", [4] * 3)
        counted(question, "enskild.s3", [5] * 9)
        counted(question, "offentlig.s4", [2] * 5)
        shown = self.shown()
        assert shown == {EVERYBODY: 24, "enskild": 19, "enskild.s3": 9, "offentlig": 5, "offentlig.s4": 5}
        assert shown["enskild"] - shown["enskild.s3"] >= 5

    def test_those_without_a_kind_are_not_told_by_the_rest(self):
        question = first_question(Part.DIALOGUE)
        counted(question, "", [1])
        counted(question, "enskild", [2])
        counted(question, "enskild.s1", [3] * 8)
        counted(question, "offentlig.s4", [2] * 8)
        assert self.shown() == {EVERYBODY: 18, "enskild": 9}

    def test_a_question_that_few_answered_is_hidden_beside_one_that_many_did(self):
        first, second, *_rest = questionnaire(Part.DIALOGUE).questions.all()
        counted(first, "", [3] * 6)
        counted(second, "", [1] * 4)
        assert [row.count for row in results(Part.DIALOGUE, LONG_AGO).rows] == [6, 0]
        assert results(Part.DIALOGUE, LONG_AGO).rows[1].shares == ()

    def test_texts_from_five_up_in_another_order_each_time_and_of_all_groups_only(self):
        counted(first_question(Part.DIALOGUE), "enskild.s1", [3] * 12)
        written(Part.DIALOGUE, *"abcd")
        assert results(Part.DIALOGUE, LONG_AGO).texts == []
        written(Part.DIALOGUE, *"efghijkl")
        seen = {tuple(results(Part.DIALOGUE, LONG_AGO).texts) for _n in range(4)}
        assert len(seen) > 1
        assert all(sorted(texts) == list("abcdefghijkl") for texts in seen)
        assert results(Part.DIALOGUE, LONG_AGO, "enskild").texts == []

    def test_nothing_is_shown_while_answers_can_come(self):
        """Else the results before and after one answer would tell what was in it."""
        for request in asked_of(Part.DIALOGUE, 6):
            answer(request, 4)
        half_year = EvaluationTally.objects.get().half_year
        assert results(Part.DIALOGUE, half_year).rows == []

    def test_nothing_is_shown_of_an_old_half_year_with_a_request_still_open(self):
        counted(first_question(Part.DIALOGUE), "", [3] * 6)
        assert self.shown()
        request = asked_about(dialogue_with_contact(DialogueState.CLOSED)[0], Part.DIALOGUE, LONG_AGO)
        assert self.shown() == {}
        EvaluationRequest.objects.filter(pk=request.pk).update(
            closes_on=timezone.localdate() - datetime.timedelta(days=1)
        )
        assert self.shown()


class TestAnswering:
    def test_once_for_a_huvudman(self):
        request = asked_of(Part.DIALOGUE, 1)[0]
        answer(request, 4)
        with pytest.raises(AlreadyAnswered):
            answer(request, 1, "En gång till")
        assert [(row.value, row.count) for row in EvaluationTally.objects.all()] == [(4, 1)]
        assert not EvaluationText.objects.exists()

    def test_not_when_closed(self):
        request = asked_of(Part.DIALOGUE, 1)[0]
        EvaluationRequest.objects.update(closes_on=timezone.localdate() - datetime.timedelta(days=1))
        with pytest.raises(NotPossible, match="stängd"):
            answer(request, 4)
        assert not EvaluationTally.objects.exists()

    def test_not_without_the_needed_answer_nor_with_a_personnummer(self):
        request = asked_of(Part.DIALOGUE, 1)[0]
        question = first_question(Part.DIALOGUE)
        for answers, text in (({}, ""), ({question: 3}, "Kalle 19010101-9800")):
            with pytest.raises(NotPossible):
                answer_evaluation(request=request, answers=answers, text=text, actor=evaluation_holder())
        assert not EvaluationTally.objects.exists()
        request.refresh_from_db()
        assert not request.is_answered

    def test_a_failure_in_the_middle_leaves_nothing_behind(self, monkeypatch):
        request = asked_of(Part.DIALOGUE, 1)[0]
        monkeypatch.setattr(EvaluationText.objects, "bulk_create", lambda _rows: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            answer(request, 4, "Text")
        assert not EvaluationTally.objects.exists()
        request.refresh_from_db()
        assert not request.is_answered

    @pytest.mark.parametrize("role", StaffRole)
    def test_nobody_at_the_agencies_answers(self, role):
        request = asked_of(Part.DIALOGUE, 1)[0]
        answers = {first_question(Part.DIALOGUE): 5}
        with pytest.raises(PermissionDenied):
            answer_evaluation(request=request, answers=answers, text="", actor=person(staff_user(role)))

    def test_a_contact_answers_for_its_own_only(self):
        dialogue, own = dialogue_with_contact(DialogueState.CLOSED)
        _other, stranger = dialogue_with_contact(DialogueState.CLOSED)
        request, answers = asked_about(dialogue, Part.DIALOGUE), {first_question(Part.DIALOGUE): 5}
        with pytest.raises(PermissionDenied):
            answer_evaluation(request=request, answers=answers, text="", actor=person(stranger))
        answer_evaluation(request=request, answers=answers, text="", actor=person(own))
        assert EvaluationTally.objects.get().count == 1
