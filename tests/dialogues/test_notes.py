"""Working notes: one agency's own until shared, never overwritten, cleared at the end."""

import re
from uuid import uuid4

import pytest
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from accounts.actors import SYSTEM, person
from accounts.adminsite import site
from accounts.domain.machine import NotPossible
from accounts.models import AuditEntry, StaffRole
from dialogues.domain import records
from dialogues.domain.meetings import cancel_dialogue
from dialogues.domain.notes import NoteChanged, drop_note, notes_of, save_note, share_note
from dialogues.models import AgencyNote, DialogueState
from tests.accounts.factories import UserFactory, leader, planner, staff_user
from tests.dialogues.factories import dialogue_with_contact
from tests.dialogues.notes import edit_of, note_by
from tests.dialogues.test_staff_pages import page_of

pytestmark = pytest.mark.django_db

SECRET = "Hemlig tanke om biblioteket"
OTHERS = [role for role in StaffRole if role not in (StaffRole.LEADER, StaffRole.PLANNER)]


def note_page(note: AgencyNote) -> str:
    return reverse("admin:dialogue_note", args=[note.dialogue.public_id, note.public_id])


@pytest.fixture
def dialogue():
    return dialogue_with_contact(DialogueState.TIME_FIXED)[0]


class TestWhoReads:
    def test_own_leaders_and_planners(self, dialogue, client):
        note = note_by(leader(), dialogue, SECRET)
        for colleague in (leader(), planner()):
            assert list(notes_of(dialogue, person(colleague))) == [note]
            client.force_login(colleague)
            assert SECRET in client.get(page_of(dialogue)).text
            assert SECRET in client.get(note_page(note)).text

    @pytest.mark.parametrize("role", StaffRole)
    def test_nobody_at_the_other_agency_before_it_is_shared(self, dialogue, client, role):
        note = note_by(leader(), dialogue, SECRET)
        client.force_login(staff_user(role, agency="spsm"))
        pages = [page_of(dialogue), note_page(note), reverse("admin:search") + "?q=Hemlig"]
        assert [address for address in pages if SECRET in client.get(address).text] == []

    @pytest.mark.parametrize("role", OTHERS)
    def test_no_other_role_at_the_own_agency(self, dialogue, client, role):
        note = note_by(leader(), dialogue, SECRET)
        user = staff_user(role)
        with pytest.raises(PermissionDenied):
            notes_of(dialogue, person(user))
        client.force_login(user)
        assert client.get(note_page(note)).status_code == 403
        assert SECRET not in client.get(page_of(dialogue)).text

    def test_no_superuser_system_or_huvudman(self, client):
        dialogue, own = dialogue_with_contact(DialogueState.TIME_FIXED)
        note = note_by(leader(), dialogue, SECRET)
        superuser = UserFactory(is_staff=True, is_superuser=True)
        for actor in (person(superuser), person(own), SYSTEM):
            with pytest.raises(PermissionDenied):
                notes_of(dialogue, actor)
        client.force_login(superuser)
        for address in (page_of(dialogue), note_page(note)):
            assert SECRET not in client.get(address).text

    def test_no_register_of_the_admin_has_them(self):
        assert AgencyNote not in site._registry
        assert AgencyNote not in admin.site._registry

    def test_the_other_agency_when_it_is_shared_and_may_not_change_it(self, dialogue, client):
        guide, other = leader(), leader("spsm")
        note = note_by(guide, dialogue, SECRET)
        for _n in range(2):
            share_note(dialogue=dialogue, note=note.public_id, actor=person(guide))
        assert AuditEntry.objects.filter(verb="dialogue.note_shared").count() == 1
        client.force_login(other)
        for address in (page_of(dialogue), note_page(note)):
            shown = client.get(address).text
            assert SECRET in shown
            assert "<textarea" not in shown
        for verb in (
            lambda: save_note(dialogue=dialogue, edit=edit_of(note), text="Ny", actor=person(other)),
            lambda: share_note(dialogue=dialogue, note=note.public_id, actor=person(other)),
            lambda: drop_note(
                dialogue=dialogue, note=note.public_id, seen=note.saved_in, actor=person(other)
            ),
        ):
            with pytest.raises(PermissionDenied):
                verb()

    def test_the_audit_log_never_has_the_words(self, dialogue):
        guide = leader()
        note = note_by(guide, dialogue, SECRET)
        share_note(dialogue=dialogue, note=note.public_id, actor=person(guide))
        cancel_dialogue(dialogue=dialogue, reason="Vi hinner inte", actor=person(planner()))
        assert "Hemlig" not in repr(list(AuditEntry.objects.values()))


class TestTwoWhoWrite:
    def test_an_older_form_overwrites_nothing(self, dialogue):
        first, second = person(leader()), person(leader())
        note = note_by(first.user, dialogue, "Ett")
        older = edit_of(note)
        save_note(dialogue=dialogue, edit=edit_of(note), text="Två", actor=second)
        with pytest.raises(NoteChanged, match=second.label):
            save_note(dialogue=dialogue, edit=older, text="Tre", actor=first)
        with pytest.raises(NoteChanged):
            drop_note(dialogue=dialogue, note=note.public_id, seen=older.seen, actor=first)
        assert AgencyNote.objects.get().text == "Två"

    def test_one_form_saves_again_and_again(self, dialogue):
        guide = leader()
        edit = edit_of(note_by(guide, dialogue, "Ett"))
        for text in ("Ett t", "Ett till"):
            save_note(dialogue=dialogue, edit=edit, text=text, actor=person(guide))
        assert AgencyNote.objects.get().text == "Ett till"

    def test_the_page_shows_both_and_what_was_typed_becomes_a_note_of_its_own(self, dialogue, client):
        guide, colleague = leader(), leader()
        note = note_by(guide, dialogue, "Ett")
        older = {"seen": str(note.saved_in), "form": str(uuid4()), "text": "Min rad"}
        save_note(dialogue=dialogue, edit=edit_of(note), text="Kollegans rad", actor=person(colleague))
        client.force_login(guide)
        refused = client.post(note_page(note), older)
        assert refused.status_code == 409
        assert "Kollegans rad" in refused.text
        assert "Min rad</textarea>" in refused.text
        address = re.search(r'action="([^"]+/anteckningar/[^"]+)"', refused.text)[1]
        form = re.search(r'name="form" value="([^"]+)"', refused.text)[1]
        assert client.post(address, {"seen": "", "form": form, "text": "Min rad"}).status_code == 302
        assert list(AgencyNote.objects.order_by("pk").values_list("text", flat=True)) == [
            "Kollegans rad",
            "Min rad",
        ]

    def test_what_saves_by_itself_says_so_or_why_not(self, dialogue, client):
        guide = leader()
        note = note_by(guide, dialogue, "Ett")
        client.force_login(guide)
        typed = {"seen": str(note.saved_in), "form": str(uuid4()), "text": "Två"}
        answer = client.post(note_page(note), typed, headers={"HX-Request": "true"})
        assert "Sparat" in answer.text
        again = client.post(note_page(note), typed | {"form": str(uuid4())}, headers={"HX-Request": "true"})
        assert "Inte sparat." in again.text
        assert AgencyNote.objects.get().text == "Två"

    def test_an_empty_text_and_a_personnummer_are_refused(self, dialogue, client):
        guide = leader()
        client.force_login(guide)
        address = reverse("admin:dialogue_note", args=[dialogue.public_id, uuid4()])
        for text in ("  ", "Om 19121212-1212"):
            assert client.post(address, {"text": text, "form": str(uuid4())}).status_code == 422
        assert not AgencyNote.objects.exists()


class TestTheEnd:
    def test_closing_clears_them_and_says_how_many(self, client):
        dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        guide = leader()
        for user in (guide, guide, leader("spsm")):
            note_by(user, dialogue, SECRET)
        records.close_dialogue(dialogue=dialogue, actor=person(guide))
        assert not AgencyNote.objects.exists()
        entry = AuditEntry.objects.get(verb="dialogue.notes_cleared")
        assert entry.facts == {"notes": {"skolverket": 2, "spsm": 1}}
        client.force_login(guide)
        assert "3 arbetsanteckningar rensades." in client.get(page_of(dialogue)).text

    def test_closing_without_notes_says_nothing(self):
        dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        records.close_dialogue(dialogue=dialogue, actor=person(leader()))
        assert not AuditEntry.objects.filter(verb="dialogue.notes_cleared").exists()

    def test_they_stand_when_closing_fails(self, monkeypatch):
        dialogue, _own = dialogue_with_contact(DialogueState.FEEDBACK_HELD)
        guide = leader()
        note_by(guide, dialogue)

        def fall(*_args, **_rest):
            raise RuntimeError

        monkeypatch.setattr("dialogues.domain.records._say_thanks", fall)
        with pytest.raises(RuntimeError):
            records.close_dialogue(dialogue=dialogue, actor=person(guide))
        assert AgencyNote.objects.count() == 1
        assert not AuditEntry.objects.filter(verb="dialogue.notes_cleared").exists()

    @pytest.mark.parametrize("state", [DialogueState.CLOSED, DialogueState.CANCELLED])
    def test_none_are_written_afterwards(self, client, state):
        dialogue, _own = dialogue_with_contact(state)
        guide = leader()
        with pytest.raises(NotPossible, match="över"):
            note_by(guide, dialogue)
        client.force_login(guide)
        address = reverse("admin:dialogue_note", args=[dialogue.public_id, uuid4()])
        shown = client.get(address, follow=True)
        assert shown.redirect_chain == [(page_of(dialogue), 302)]
        assert any("Dialogen av" in str(message) for message in shown.context["messages"])
        assert "Ny arbetsanteckning" not in client.get(page_of(dialogue)).text
