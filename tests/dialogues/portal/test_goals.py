"""The huvudman's continued work: its own, followed up, closed and not deleted, shared only if it wishes."""

import datetime
import uuid

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.actors import SYSTEM, person
from accounts.domain.machine import Conflict, NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.domain.drafts import ChangedSince, Edit
from dialogues.domain.goals import (
    OPEN_FOR_GOALS,
    close_goal,
    drop_goal,
    follow_up_goal,
    goals_of,
    happened_since,
    save_goal,
    share_goal,
    shared_goals,
    unshare_goal,
)
from dialogues.models import (
    Dialogue,
    DialogueRecord,
    DialogueState,
    Goal,
    GoalFollowUp,
    GoalKind,
    MeetingKind,
    MeetingState,
    Receipt,
    Sent,
    SharedGoal,
)
from huvudman.models import Access
from tests.accounts.factories import leader, staff_user
from tests.dialogues.factories import dialogue_with_contact, seat_at
from tests.dialogues.portal.helpers import address, text

pytestmark = pytest.mark.django_db

WISH = "Alla lärare planerar tillsammans"


@pytest.fixture
def own():
    """A dialogue that has been held, and who represents its huvudman, as an actor."""
    dialogue, user = dialogue_with_contact(DialogueState.DIALOGUE_HELD)
    return dialogue, person(user)


def write(dialogue: Dialogue, actor, *, words: str = WISH, **edit) -> Goal:
    edit = Edit(**{"question": uuid.uuid4(), "seen": None, "form": uuid.uuid4()} | edit)
    told = {"kind": GoalKind.PROCESSES, "text": words, "success_factor": None}
    return save_goal(dialogue=dialogue, edit=edit, actor=actor, **told)


def follow_up(dialogue: Dialogue, goal: Goal, actor, **more) -> None:
    told = {"follow_up": uuid.uuid4(), "day": timezone.localdate(), "text": "Vi har börjat"} | more
    follow_up_goal(dialogue=dialogue, goal=goal.public_id, actor=actor, **told)


def delete_at_the_prompt(goal: Goal) -> None:
    """What a hand at the database's prompt would do."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DELETE FROM dialogues_goal WHERE id = %s", [goal.pk])


class TestVerbs:
    @pytest.mark.parametrize("state", DialogueState)
    def test_open_from_the_dialogue_on(self, state):
        dialogue, user = dialogue_with_contact(state)
        if state in OPEN_FOR_GOALS:
            assert write(dialogue, person(user)).dialogue == dialogue
            return
        with pytest.raises(NotPossible):
            write(dialogue, person(user))
        assert not Goal.objects.exists()

    def test_a_form_that_is_sent_twice_writes_one_goal(self, own):
        edit = {"question": uuid.uuid4(), "form": uuid.uuid4()}
        for _n in range(2):
            goal = write(*own, **edit)
        assert list(goals_of(*own)) == [goal]

    def test_a_form_of_an_older_text_overwrites_nothing(self, own):
        goal = write(*own)
        write(*own, words="Nyare", question=goal.public_id, seen=goal.saved_in)
        with pytest.raises(ChangedSince):
            write(*own, words="Äldre", question=goal.public_id, seen=goal.saved_in)
        assert goals_of(*own).get().text == "Nyare"

    def test_a_follow_up_is_written_once_and_in_order_of_its_days(self, own):
        dialogue, actor = own
        goal, same = write(*own), uuid.uuid4()
        yesterday = timezone.localdate() - datetime.timedelta(days=1)
        for _n in range(2):
            follow_up(dialogue, goal, actor, follow_up=same)
        follow_up(dialogue, goal, actor, day=yesterday, text="I går")
        assert [row.text for row in happened_since(dialogue, actor)] == ["I går", "Vi har börjat"]

    @pytest.mark.parametrize(
        "wrong",
        [
            {"text": "  "},
            {"text": "Kalle 19010101-9800"},
            {"day": datetime.date(2100, 1, 1)},
        ],
    )
    def test_a_follow_up_needs_a_day_that_has_been_and_words(self, own, wrong):
        dialogue, actor = own
        goal = write(*own)
        with pytest.raises(NotPossible):
            follow_up(dialogue, goal, actor, **wrong)
        assert not GoalFollowUp.objects.exists()

    def test_closed_with_an_outcome_and_then_it_stands(self, own):
        dialogue, actor = own
        goal = write(*own)
        told = {"dialogue": dialogue, "goal": goal.public_id, "actor": actor}
        with pytest.raises(NotPossible):
            close_goal(**told, outcome=" ")
        for _n in range(2):
            close_goal(**told, outcome="Vi nådde det")
        with pytest.raises(Conflict):
            close_goal(**told, outcome="Något annat")
        with pytest.raises(NotPossible):
            follow_up(dialogue, goal, actor)
        with pytest.raises(ChangedSince):
            write(*own, question=goal.public_id, seen=goal.saved_in)
        goal.refresh_from_db()
        assert (goal.outcome, goal.closed_on) == ("Vi nådde det", timezone.localdate())

    def test_only_what_has_no_history_is_dropped(self, own):
        dialogue, actor = own
        fresh, followed, closed, shared = (write(*own, words=f"Mål {n}") for n in range(4))
        follow_up(dialogue, followed, actor)
        close_goal(dialogue=dialogue, goal=closed.public_id, outcome="Klart", actor=actor)
        share_goal(dialogue=dialogue, goal=shared.public_id, shared_by="Kim", actor=actor)
        unshare_goal(dialogue=dialogue, goal=shared.public_id, actor=actor)
        for goal in (followed, closed, shared):
            with pytest.raises(NotPossible, match="historia"):
                drop_goal(dialogue=dialogue, goal=goal.public_id, actor=actor)
        for _n in range(2):
            drop_goal(dialogue=dialogue, goal=fresh.public_id, actor=actor)
        assert list(goals_of(*own)) == [followed, closed, shared]

    @pytest.mark.parametrize("table", ["dialogues_goalfollowup", "dialogues_sharedgoal"])
    def test_the_database_itself_keeps_a_goal_with_a_history(self, own, table):
        dialogue, actor = own
        goal = write(*own)
        if table.endswith("up"):
            follow_up(dialogue, goal, actor)
        else:
            share_goal(dialogue=dialogue, goal=goal.public_id, shared_by="Kim", actor=actor)
        with pytest.raises(IntegrityError), transaction.atomic():
            delete_at_the_prompt(goal)

    def test_the_database_refuses_a_closed_goal_without_its_outcome(self, own):
        goal = write(*own)
        with pytest.raises(IntegrityError), transaction.atomic():
            Goal.objects.filter(pk=goal.pk).update(closed_on=timezone.localdate())


class TestSharing:
    def test_what_is_shared_is_a_copy_that_later_words_do_not_change(self, own):
        dialogue, actor = own
        goal = write(*own)
        follow_up(dialogue, goal, actor)
        told = {"dialogue": dialogue, "goal": goal.public_id, "actor": actor}
        first = share_goal(**told, shared_by="Kim Ek")
        assert share_goal(**told, shared_by="Kim Ek") == first, "as it is: nothing new is sent"
        follow_up(dialogue, goal, actor, text="Det här är vårt")
        copy = shared_goals(dialogue).get()
        assert copy.content["text"] == WISH
        assert [step["text"] for step in copy.content["follow_ups"]] == ["Vi har börjat"]
        second = share_goal(**told, shared_by="Bo Al")
        assert list(shared_goals(dialogue)) == [second]
        receipts = Receipt.objects.filter(dialogue=dialogue, kind=Sent.GOAL)
        assert [receipt.given_by for receipt in receipts] == ["Bo Al", "Kim Ek"]
        assert "Det här är vårt" in receipts[0].body
        assert SharedGoal.objects.count() == 2, "what was received is kept"

    def test_shared_no_longer_it_is_not_shown_and_kept(self, own):
        dialogue, actor = own
        goal = write(*own)
        told = {"dialogue": dialogue, "goal": goal.public_id, "actor": actor}
        share_goal(**told, shared_by="Kim Ek")
        for _n in range(2):
            unshare_goal(**told)
        assert not shared_goals(dialogue)
        assert SharedGoal.objects.get().withdrawn_at
        assert AuditEntry.objects.filter(verb="goal.unshared").count() == 1

    def test_the_log_says_that_it_was_shared_and_not_what_was_written(self, own):
        dialogue, actor = own
        goal = write(*own)
        follow_up(dialogue, goal, actor)
        assert not AuditEntry.objects.filter(verb__startswith="goal").exists()
        share_goal(dialogue=dialogue, goal=goal.public_id, shared_by="Kim Ek", actor=actor)
        facts = AuditEntry.objects.get(verb="goal.shared").facts
        assert facts == {"copy": SharedGoal.objects.get().pk}


class TestOwnSpace:
    @pytest.mark.parametrize("role", [*StaffRole, "superuser", "system", "stranger"])
    def test_nobody_else_reads_or_writes(self, own, role):
        dialogue, actor = own
        goal = write(*own)
        if role == "system":
            other = SYSTEM
        elif role == "stranger":
            other = person(dialogue_with_contact(DialogueState.DIALOGUE_HELD)[1])
        else:
            user = staff_user(StaffRole.PLANNER if role == "superuser" else StaffRole(role))
            user.is_superuser = role == "superuser"
            user.save()
            other = person(user)
        about = {"dialogue": dialogue, "goal": goal.public_id, "actor": other}
        for verb in (
            lambda: goals_of(dialogue, other),
            lambda: happened_since(dialogue, other),
            lambda: write(dialogue, other),
            lambda: follow_up(dialogue, goal, other),
            lambda: close_goal(**about, outcome="x"),
            lambda: drop_goal(**about),
            lambda: share_goal(**about, shared_by="x"),
            lambda: unshare_goal(**about),
        ):
            with pytest.raises(PermissionDenied):
                verb()

    def test_no_history_is_kept_of_it(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "WHERE NOT t.tgisinternal AND c.relname LIKE 'dialogues_goal%'"
            )
            assert cursor.fetchone() == (0,)

    def test_staff_see_what_is_shared_and_nothing_else(self, own, client):
        dialogue, actor = own
        kept, shared = write(*own, words="Det hemliga målet"), write(*own, words="Det delade målet")
        follow_up(dialogue, kept, actor, text="Hemlig uppföljning")
        share_goal(dialogue=dialogue, goal=shared.public_id, shared_by="Kim Ek", actor=actor)
        client.force_login(leader())
        page = client.get(reverse("admin:dialogue", args=[dialogue.public_id])).text
        assert "Det delade målet" in page
        assert "Det hemliga målet" not in page
        assert "Hemlig uppföljning" not in page

    def test_the_feedback_step_opens_with_the_summary_and_what_is_shared(self, own, client):
        dialogue, actor = own
        goal = write(*own)
        follow_up(dialogue, goal, actor)
        share_goal(dialogue=dialogue, goal=goal.public_id, shared_by="Kim Ek", actor=actor)
        follow_up(dialogue, goal, actor, text="Inte delat än")
        DialogueRecord.objects.create(
            dialogue=dialogue, summary="Vi talade om trygghet", discussed_skolformer=["GR"]
        )
        hour = datetime.timedelta(hours=1)
        seat_at(
            dialogue,
            kind=MeetingKind.FEEDBACK,
            state=MeetingState.FIXED,
            starts_at=timezone.now() - 2 * hour,
            ends_at=timezone.now() - hour,
        )
        client.force_login(leader())
        page = client.get(reverse("admin:dialogue_step", args=[dialogue.public_id, "aterkoppling-hallen"]))
        assert "Vi talade om trygghet" in page.text
        assert "Vi har börjat" in page.text
        assert "Inte delat än" not in page.text


class TestPages:
    def test_write_follow_up_share_and_close(self, client, signed_in):
        dialogue = signed_in(DialogueState.CLOSED)
        work = address("portal_work", dialogue)
        assert "Inga mål än" in client.get(work).text
        new = address("portal_goal", dialogue, uuid.uuid4())
        typed = {"text": WISH, "kind": "quality", "success_factor": "", "form": str(uuid.uuid4())}
        assert client.post(new, typed).status_code == 302
        goal = Goal.objects.get()

        def do(name: str, **typed: str) -> str:
            page = address("portal_goal_deed", dialogue, goal.public_id, name)
            assert client.get(page).status_code == 200
            answer = client.post(page, {"form": str(uuid.uuid4()), **typed}, follow=True)
            assert answer.redirect_chain, name
            return text(answer)

        today = timezone.localdate().isoformat()
        assert "Vi har börjat" in do("folj-upp", day=today, text="Vi har börjat")
        asks = text(client.get(address("portal_goal_deed", dialogue, goal.public_id, "dela")))
        assert "allmän handling" in asks
        assert "Delat med myndigheterna av" in do("dela")
        assert "Det som har skrivits sedan dess är inte delat" in do("folj-upp", day=today, text="Mer")
        assert "Inte delat: bara ni ser det." in do("sluta-dela")
        assert "Vi nådde det" in do("avsluta", outcome="Vi nådde det")
        assert Goal.objects.get().closed_on

    def test_nothing_typed_is_lost(self, client, signed_in):
        dialogue = signed_in(DialogueState.CLOSED)
        answer = client.post(address("portal_goal", dialogue, uuid.uuid4()), {"text": "Vår långa text"})
        assert answer.status_code == 422
        assert "Vår långa text" in answer.text
        assert "Välj vad det handlar om." in answer.text

    def test_what_is_written_of_a_goal_that_a_colleague_removes_is_shown(self, client):
        dialogue, user = dialogue_with_contact(DialogueState.CLOSED)
        page = address("portal_goal_deed", dialogue, write(dialogue, person(user)).public_id, "folj-upp")
        client.force_login(user)
        Goal.objects.all().delete()
        answer = client.post(page, {"text": "Vi har kommit långt"}, headers={"origin": "http://testserver"})
        assert answer.status_code == 409
        assert "En kollega tog bort målet" in answer.text
        assert "Vi har kommit långt" in answer.text

    def test_opening_a_page_changes_nothing(self, client):
        dialogue, user = dialogue_with_contact(DialogueState.CLOSED)
        goal = write(dialogue, person(user))
        client.force_login(user)
        for name in ("folj-upp", "avsluta", "ta-bort", "dela"):
            client.get(address("portal_goal_deed", dialogue, goal.public_id, name))
        assert client.get(address("portal_goal_deed", dialogue, goal.public_id, "okand")).status_code == 404
        assert (Goal.objects.count(), SharedGoal.objects.count(), GoalFollowUp.objects.count()) == (1, 0, 0)

    def test_feedback_opens_with_the_meeting_then_the_summary_and_what_has_happened(self, client):
        dialogue, user = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        follow_up(dialogue, write(dialogue, person(user)), person(user))
        DialogueRecord.objects.create(
            dialogue=dialogue, summary="Vi talade om trygghet", discussed_skolformer=["GR"]
        )
        client.force_login(user)
        page = text(client.get(address("portal_feedback", dialogue)))
        summary, happened = page.index("Vi talade om trygghet"), page.index("Vi har börjat")
        assert page.index("Mötet</h2>") < summary < happened

    def test_asks_as_much_for_three_goals_as_for_one(self, client):
        dialogue, user = dialogue_with_contact(DialogueState.CLOSED)
        client.force_login(user)
        counts = []
        for goals in (1, 2):
            for _n in range(goals):
                follow_up(dialogue, write(dialogue, person(user)), person(user))
            with CaptureQueriesContext(connection) as queries:
                client.get(address("portal_work", dialogue))
            counts.append(len(queries))
        assert counts[0] == counts[1]


class TestReadOnly:
    """A contact that reads for the board."""

    @pytest.fixture
    def board(self):
        dialogue, user = dialogue_with_contact(DialogueState.CLOSED)
        goal = write(dialogue, person(user))
        dialogue.huvudman.contacts.update(access=Access.READ)
        return dialogue, goal, user

    def test_reads_and_does_not_write(self, board):
        dialogue, goal, user = board
        assert list(goals_of(dialogue, person(user))) == [goal]
        about = {"dialogue": dialogue, "goal": goal.public_id, "actor": person(user)}
        for verb in (
            lambda: write(dialogue, person(user)),
            lambda: follow_up(dialogue, goal, person(user)),
            lambda: close_goal(**about, outcome="x"),
            lambda: drop_goal(**about),
            lambda: share_goal(**about, shared_by="x"),
            lambda: unshare_goal(**about),
        ):
            with pytest.raises(PermissionDenied):
                verb()

    def test_sees_the_goals_without_buttons(self, board, client):
        dialogue, _goal, user = board
        client.force_login(user)
        page = client.get(address("portal_work", dialogue)).text
        assert WISH in page
        assert "folj-upp" not in page
        assert "Lägg till ett mål" not in page
