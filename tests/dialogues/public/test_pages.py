"""The open pages as visitors see them, and as staff write them."""

from __future__ import annotations

import datetime
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import StaffRole
from dialogues.models import AccessibilityReport, PageText, Voice, Webinar
from dialogues.public.pages import PAGES
from quality_system.models import Edition
from tests.accounts.factories import planner, staff_user
from tests.dialogues.public.texts import draft, publish

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 29)


@pytest.fixture
def desk(client: Client) -> Client:
    client.force_login(planner())
    return client


def shown(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200
    return answer.content.decode()


def voice(**facts: object) -> Voice:
    given = {"quote": "Det gav oss mycket.", "name": "Kim Ek", "role": "skolchef"}
    return Voice.objects.create(
        **given | {"consent_on": TODAY, "consent_how": "mejl", "is_shown": True} | facts
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_published_text_is_shown_with_its_day(client: Client, page: object) -> None:
    row = publish(draft("Våra ord", page=page.name, body="## Mellan\n\n**Fetstil**"))  # type: ignore[attr-defined]
    PageText.objects.filter(pk=row.pk).update(
        published_at=datetime.datetime(2027, 1, 2, 23, 30, tzinfo=datetime.UTC)
    )
    told = shown(client, page.name)  # type: ignore[attr-defined]
    assert "Våra ord</h1>" in told
    assert "<strong>Fetstil</strong>" in told
    assert "Senast uppdaterad 3\u00a0januari\u00a02027" in told, "the day in Stockholm"


def test_each_language_has_its_own_text(client: Client) -> None:
    publish(draft("Our words", language="en"))
    assert "Our words" not in shown(client, "why")
    client.post(reverse("set_language"), {"language": "en", "next": "/"})
    assert "Our words" in shown(client, "why")


def test_a_page_costs_one_query(client: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        shown(client, "why")


def test_voices_are_shown_while_there_is_consent(client: Client) -> None:
    row = voice()
    assert "Det gav oss mycket." in shown(client, "voices")
    row.is_shown, row.withdrawn_on = False, TODAY
    row.save()
    assert "Det gav oss mycket." not in shown(client, "voices")
    assert "Inga röster än" in shown(client, "voices")


@pytest.mark.parametrize("lacking", [{"consent_on": None}, {"consent_how": ""}, {"withdrawn_on": TODAY}])
def test_no_voice_without_consent(lacking: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        voice(**lacking)


def test_staff_are_told_why_a_voice_cannot_be_shown(desk: Client) -> None:
    typed = {"quote": "Bra", "name": "Kim", "role": "skolchef", "language": "sv", "is_shown": "on"}
    answer = desk.post(reverse("admin:dialogues_voice_add"), typed)
    assert "En röst visas bara med samtycke." in answer.content.decode()
    assert not Voice.objects.exists()


def test_webinars_come_and_are_kept_with_captions(client: Client) -> None:
    now = timezone.now()
    Webinar.objects.create(
        title="Om underlaget", starts_at=now + datetime.timedelta(days=3), live_captions=True
    )
    past = {"starts_at": now - datetime.timedelta(days=3), "recording": "https://film.example/1"}
    Webinar.objects.create(title="Om dialogen", has_captions=True, transcript="Hej alla", **past)
    told = shown(client, "webinar")
    assert told.index("Om underlaget") < told.index("Inspelade, med undertexter") < told.index("Om dialogen")
    assert "direkttextas" in told
    assert "Hej alla" in told
    with pytest.raises(IntegrityError), transaction.atomic():
        Webinar.objects.create(title="Utan text", has_captions=False, **past)


def test_the_quality_system_in_force(client: Client, django_assert_max_num_queries: object) -> None:
    assert "Inget kvalitetssystem gäller än" in shown(client, "system")
    edition = Edition.objects.create(name="Utgåva 1", valid_from=TODAY)
    objective = edition.objectives.create(skolform="GR", text="Alla når målen")
    goal = objective.sub_goals.create(number=1, area="equity", text="Skillnaderna minskar")
    edition.indicators.create(key="x", name="Behöriga lärare", skolform="GR", sub_goal=goal, kind="result")
    edition.success_factors.create(number=1, text="Ledarskap", is_example_text=True)
    Edition.objects.filter(pk=edition.pk).update(state=Edition.State.IN_FORCE)
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        told = shown(client, "system")
    for words in ("Alla når målen", "Skillnaderna minskar", "Behöriga lärare", "Ledarskap", "exempeltext"):
        assert words in told


def test_the_list_says_what_is_behind(desk: Client) -> None:
    row = publish(draft("Nytt"))
    PageText.objects.filter(pk=row.pk).update(published_at=timezone.now() + datetime.timedelta(days=400))
    told = shown(desk, "admin:open_pages")
    assert told.count("Äldre än på det andra språket") == 1


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_whatever_stands(
    desk: Client, django_assert_num_queries: DjangoAssertNumQueries, rows: int
) -> None:
    for page in PAGES[:rows]:
        publish(draft(page=page.name))
        draft("Nästa", page=page.name)
    with django_assert_num_queries(5):
        shown(desk, "admin:open_pages")


def test_write_preview_publish_and_start_again_from_a_former_text(desk: Client) -> None:
    edit = reverse("admin:open_page", args=["why", "sv"])
    first = desk.get(edit).context["form"]
    typed = {"title": "Nytt", "lead": "Kort", "body": "## Alltid", "seen": "", "form": first["form"].value()}
    preview = desk.post(edit, typed, follow=True).content.decode()
    assert "Förhandsvisning" in preview
    assert "<h2>Alltid</h2>" in preview
    assert "Nytt" not in shown(desk, "why")
    seen = PageText.objects.get().saved_in
    desk.post(reverse("admin:open_page_act", args=["why", "sv", "publicera"]), {"seen": seen})
    assert "Nytt</h1>" in shown(desk, "why")
    publish(draft("Nyare"))
    assert "Nytt</h1>" in shown(desk, "admin:open_page_version", "why", "sv", 1)
    assert desk.get(edit, {"version": 1}).context["form"]["title"].value() == "Nytt"


def test_a_conflict_shows_both_texts_and_the_next_save_is_meant(desk: Client) -> None:
    theirs = draft("Deras rubrik", body="Deras text")
    edit = reverse("admin:open_page", args=["why", "sv"])
    typed = {"title": "Min rubrik", "lead": "Kort", "body": "Min text", "seen": "", "form": str(uuid4())}
    answer = desk.post(edit, typed)
    assert answer.status_code == 409
    told = answer.content.decode()
    assert "Deras text" in told
    assert "Min text" in told
    assert "Någon annan har sparat" in told.split('class="notice notice-note"')[1].split("</strong>")[0]
    theirs.refresh_from_db()
    assert theirs.title == "Deras rubrik"
    form = answer.context["form"]
    desk.post(edit, typed | {name: form[name].value() for name in ("seen", "form")})
    assert PageText.objects.get().title == "Min rubrik"


def test_what_is_missing_is_said_and_what_was_typed_stays(desk: Client) -> None:
    typed = {"title": "", "lead": "Kort", "body": "Lång text", "form": str(uuid4())}
    answer = desk.post(reverse("admin:open_page", args=["why", "sv"]), typed)
    assert answer.status_code == 422
    assert "Lång text" in answer.content.decode()
    assert not PageText.objects.exists()


@pytest.mark.parametrize("address", ["why/xx/", "finns-inte/sv/"])
def test_no_such_page_or_language(desk: Client, address: str) -> None:
    assert desk.get(f"/personal/oppna-sidor/{address}").status_code == 404


def test_a_draft_thrown_away_is_gone(desk: Client) -> None:
    row = draft()
    act = reverse("admin:open_page_act", args=["why", "sv", "kasta"])
    desk.post(act, {"seen": "inget"})
    assert PageText.objects.exists()
    desk.post(act, {"seen": row.saved_in})
    assert not PageText.objects.exists()
    assert desk.post(act, {"seen": row.saved_in}).status_code == 302


def test_a_visitor_reports_a_problem_and_staff_take_care_of_it(client: Client) -> None:
    cache.clear()
    typed = {"problem": "Knappen hörs inte i skärmläsaren", "place": "/om/", "reply_to": "bo@hem.example"}
    told = client.post(reverse("report_problem"), typed, follow=True).content.decode()
    assert "Tack för att du berättade" in told
    report = AccessibilityReport.objects.get()
    client.force_login(planner())
    assert "Knappen hörs inte" in shown(client, "admin:accessibility_reports")
    page = reverse("admin:accessibility_report", args=[report.pk])
    assert "bo@hem.example" in client.get(page).content.decode()
    client.post(page, {"outcome": "Knappen har fått ett namn."})
    report.refresh_from_db()
    assert (report.state, report.reply_to, report.outcome) == ("handled", "", "Knappen har fått ett namn.")
    assert "bo@hem.example" not in client.get(page).content.decode()
    again = client.post(page, {"outcome": "Något annat."})
    assert again.status_code == 422
    assert "Något annat." in again.content.decode()


def test_a_report_needs_words_and_no_more_than_a_few_come_in_a_minute(client: Client) -> None:
    cache.clear()
    assert client.post(reverse("report_problem"), {"problem": ""}).status_code == 422
    for number in range(5):
        assert client.post(reverse("report_problem"), {"problem": f"Fel {number}"}).status_code == 302
    answer = client.post(reverse("report_problem"), {"problem": "Ett till"})
    assert answer.status_code == 422
    assert "Ett till" in answer.content.decode()
    assert AccessibilityReport.objects.count() == 5


def test_nobody_else_reads_reports_or_drafts(client: Client) -> None:
    draft()
    client.force_login(staff_user(StaffRole.LEADER))
    for name, args in [
        ("open_pages", []),
        ("open_page", ["why", "sv"]),
        ("open_page_preview", ["why", "sv"]),
        ("accessibility_reports", []),
    ]:
        assert client.get(reverse(f"admin:{name}", args=args)).status_code == 403
