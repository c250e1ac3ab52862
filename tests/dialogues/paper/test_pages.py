"""The staff's pages of letters on paper, and the page where a code is typed."""

from __future__ import annotations

import datetime

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.actors import person
from dialogues.models import Dialogue, DialogueState, Invitation, LetterKind, PaperLetter, PaperState, PostRun
from dialogues.paper import lifecycle
from dialogues.paper.writing import shown_code
from tests.accounts.factories import leader, planner
from tests.accounts.sign_in import HouseClient
from tests.dialogues.desk.kinds import only, todos
from tests.dialogues.letters.factories import letter_in as mail_in
from tests.dialogues.paper.factories import letter_in, run_in, sent_batch

pytestmark = pytest.mark.django_db

LIST, CODE = reverse("admin:paper_list"), reverse("answer_by_code")


@pytest.fixture
def desk() -> HouseClient:
    client = HouseClient()
    client.force_login(planner())
    return client


def page(name: str, row: PaperLetter | PostRun, *more: str) -> str:
    return reverse(f"admin:{name}", args=[row.public_id, *more])


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_asks_as_often_whatever_there_is(desk, django_assert_num_queries, rows):
    for _n in range(rows):
        letter_in("waiting")
        letter_in("posted")
    desk.get(LIST)
    with django_assert_num_queries(LIST_QUERIES):
        shown = desk.get(LIST).content.decode()
    assert f"Gör en utskrift av {rows} brev" in shown


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_of_a_run_asks_as_often_whatever_there_is(desk, django_assert_num_queries, rows):
    run = run_in("ready")
    for _n in range(rows):
        letter_in("in_run", run)
    desk.get(page("post_run", run))
    with django_assert_num_queries(RUN_QUERIES):
        desk.get(page("post_run", run))


LIST_QUERIES, RUN_QUERIES = 7, 8


def test_letters_that_hold_no_more_are_not_counted_among_those_to_print(desk):
    for _n in range(3):
        letter_in("waiting")
    outdated = [letter_in("waiting").pk for _n in range(2)]
    PaperLetter.objects.filter(pk__in=outdated).update(kind=LetterKind.CARRIED)
    shown = desk.get(LIST).content.decode()
    assert "Gör en utskrift av 3 brev" in shown
    assert "2 brev gäller inte längre" in shown
    assert only("skriv-ut").what == "3 brev väntar på utskrift"
    lifecycle.make_run(actor=person(planner()))
    assert PostRun.objects.get().letters.count() == 3
    outdated = [letter_in("waiting").pk for _n in range(2)]
    PaperLetter.objects.filter(pk__in=outdated).update(kind=LetterKind.CARRIED)
    assert "Återkalla 2 brev som inte längre gäller" in desk.get(LIST).content.decode()


def test_the_empty_list_says_what_will_be_there(desk):
    shown = desk.get(LIST).content.decode()
    assert "Inga brev väntar på utskrift" in shown
    assert "Gör en utskrift" not in shown.replace("Gör en utskrift, skriv", "")


def test_from_the_list_to_posted(desk):
    letter = letter_in("waiting")
    answer = desk.post(reverse("admin:post_run_new"))
    run = PostRun.objects.get()
    assert answer["Location"] == page("post_run", run)
    assert "Utskriften tas fram" in desk.get(page("post_run", run)).content.decode()
    from dialogues.paper.tasks import render_post_run

    render_post_run(run.pk)
    pdf = desk.get(page("post_run_pdf", run))
    assert pdf.content.startswith(b"%PDF")
    assert "no-store" in pdf["Cache-Control"]
    desk.post(page("post_run_deed", run, "postad"), {"on": timezone.localdate().isoformat()})
    letter.refresh_from_db()
    assert letter.state == PaperState.POSTED
    assert (
        "postat"
        in desk.get(reverse("admin:dialogue", args=[letter.dialogue.public_id])).content.decode().lower()
    )


def test_nothing_to_print_is_said(desk):
    answer = desk.post(reverse("admin:post_run_new"), follow=True)
    assert "Inga brev väntar på utskrift just nu." in answer.content.decode()


def test_a_wrong_day_is_told_and_kept(desk):
    run = run_in("ready")
    tomorrow = (timezone.localdate() + datetime.timedelta(days=1)).isoformat()
    answer = desk.post(page("post_run_deed", run, "postad"), {"on": tomorrow})
    assert answer.status_code == 422
    assert tomorrow in answer.content.decode()
    assert PostRun.objects.get().state == "ready"


def test_a_letter_is_taken_out_with_a_reason_and_put_back(desk):
    letter = letter_in("in_run")
    deed = page("paper_deed", letter, "aterkalla")
    assert desk.post(deed, {"reason": ""}).status_code == 422
    shown = desk.post(deed, {"reason": "Fel adress"}, follow=True).content.decode()
    assert "Fel adress" in shown
    desk.post(page("paper_deed", letter, "lagg-tillbaka"))
    letter.refresh_from_db()
    assert letter.state == PaperState.WAITING


def test_one_pages_from_letter_to_letter(desk):
    first, second = letter_in("waiting"), letter_in("waiting")
    shown = desk.get(page("paper_letter", first)).content.decode()
    assert page("paper_letter", second) in shown
    assert "Föregående brev" not in shown


def test_nobody_sees_the_code_on_a_page(desk):
    sent_batch()
    letter = PaperLetter.objects.get()
    shown = desk.get(page("paper_letter", letter)).content.decode()
    assert letter.code not in shown
    assert shown_code(letter.code) not in shown
    assert "[personlig kod]" in shown


def test_a_leader_looks_and_only_a_planner_prints():
    client = HouseClient()
    client.force_login(leader())
    run = run_in("ready")
    letter = letter_in("in_run", run)
    assert client.get(LIST).status_code == 200
    assert "Ta ut brevet" not in client.get(page("paper_letter", letter)).content.decode()
    assert client.get(page("post_run_pdf", run)).status_code == 403
    for address in (
        reverse("admin:post_run_new"),
        page("post_run_deed", run, "postad"),
        page("post_run_deed", run, "los-upp"),
        page("paper_deed", letter, "aterkalla"),
    ):
        assert client.post(address, {"reason": "x"}).status_code == 403
    assert PostRun.objects.get().state == "ready"


class TestAttGora:
    def test_says_how_many_wait_and_where(self):
        letter_in("waiting")
        letter_in("waiting")
        todo = only("skriv-ut", planner())
        assert (todo.what, todo.url) == ("2 brev väntar på utskrift", LIST)

    def test_is_empty_when_nothing_waits(self):
        letter_in("posted")
        assert todos("skriv-ut", planner()) == []

    def test_a_run_is_to_be_posted(self):
        letter = letter_in("in_run")
        assert only("posta", planner()).url == page("post_run", letter.run)


class TestTheCode:
    @pytest.fixture(autouse=True)
    def unlimited(self):
        cache.clear()

    @pytest.fixture
    def letter(self) -> PaperLetter:
        sent_batch()
        return PaperLetter.objects.get()

    def typed(self, client, code: str):
        return client.post(CODE, {"code": code})

    @pytest.mark.parametrize("as_typed", [str, str.lower, lambda code: f" {code[:3]} {code[3:]} "])
    def test_leads_to_the_answer_however_it_is_typed(self, client, letter, as_typed):
        answer = self.typed(client, as_typed(shown_code(letter.code)))
        assert answer.status_code == 302
        shown = client.get(answer["Location"])
        assert str(letter.huvudman) in shown.content.decode()
        assert Dialogue.objects.get().state == DialogueState.INVITED
        client.post(answer["Location"], {"answer": "yes", "given_by": "Kim Ek", "seen": "0"})
        assert Dialogue.objects.get().state == DialogueState.ACCEPTED

    def test_looking_changes_nothing(self, client, letter):
        shown = client.get(CODE, {"code": letter.code})
        assert shown.status_code == 200
        assert str(letter.huvudman) not in shown.content.decode()

    def test_every_code_that_opens_nothing_is_answered_alike(self, client, letter):
        def without_token(code: str) -> str:
            text = self.typed(client, code).content.decode()
            return text[text.index("page-title") :].replace(code, "").split("csrfmiddlewaretoken")[0]

        unknown = without_token("AAAAA-AAAAA")
        Invitation.objects.update(answer_by=timezone.localdate() - datetime.timedelta(days=100))
        expired = without_token(shown_code(letter.code))
        Invitation.objects.update(answer_by=timezone.localdate() + datetime.timedelta(days=9))
        lifecycle.take_out(letter=letter, reason="Fel adress", actor=lifecycle.SYSTEM)
        withdrawn = without_token(shown_code(letter.code))
        assert unknown == expired == withdrawn
        assert "Koden stämmer inte" in self.typed(client, "AAAAA-AAAAA").content.decode()

    def test_is_tried_ten_times_a_minute_at_most(self, client, letter):
        statuses = [self.typed(client, "AAAAA-AAAAA").status_code for _n in range(11)]
        assert statuses == [422] * 10 + [429]
        assert self.typed(client, shown_code(letter.code)).status_code == 429

    def test_the_front_page_leads_here(self, client):
        assert CODE in client.get(reverse("start")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_huvudmans_page_lists_what_came_by_mail_and_by_post(desk, rows, django_assert_num_queries):
    paper = letter_in("posted")
    for _n in range(rows):
        mail_in("sent", dialogue=paper.dialogue, kind="receipt", title="Tack för svaret med e-post")
    address = reverse("admin:huvudman", args=[paper.huvudman.public_id])
    desk.get(address)
    with django_assert_num_queries(HUVUDMAN_QUERIES):
        shown = desk.get(address).text
    assert shown.count("Tack för svaret med e-post") == rows
    assert page("paper_letter", paper) in shown
    assert "papper, med posten" in shown


HUVUDMAN_QUERIES = 13
