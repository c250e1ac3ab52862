"""Writing a situation analysis, alone and together: saved on the way, nothing over anybody else's words."""

import re
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied

from accounts.actors import SYSTEM, person
from accounts.domain.machine import NotPossible
from accounts.models import StaffRole
from dialogues.analysis.parts import PARTS
from dialogues.domain.analysis_drafts import OPEN_FOR_WRITING, texts_of
from dialogues.models import AnalysisDraft, DialogueState
from huvudman.models import Access
from quality_system.models import SuccessFactor
from tests.accounts.factories import staff_user
from tests.dialogues.factories import InvitationFactory, dialogue_with_contact
from tests.dialogues.own_space.writing import (
    AUTOSAVE,
    areas_on,
    autosave,
    colleague,
    hidden_on,
    opened,
    owner,
    part,
    save,
    write,
    written,
)
from tests.dialogues.portal.helpers import address, edition, front, issued_underlag, text
from tests.huvudman.factories import ContactFactory

pytestmark = pytest.mark.django_db

SEE, WHY = "likvardighet.see", "likvardighet.why"


@pytest.fixture
def dialogue(signed_in):
    return signed_in(DialogueState.ACCEPTED)


# Alone ----------------------------------------------------------------------------------------------------
def test_it_is_there_from_the_yes_and_optional(client, dialogue):
    page = text(client.get(front(dialogue)))
    task = page.split("Er nulägesanalys</a>")[1].split("</li>")[0]
    assert "(valfritt)" in task
    assert "Öppen för er" in task
    assert f'class="btn btn-primary" href="{address("portal_analysis", dialogue)}"' not in page


def test_each_part_is_written_and_found_again(client, dialogue):
    for each in PARTS:
        if each.fields:
            saved = write(
                client, dialogue, each.slug, **{f.name: f"{each.slug} {f.name}" for f in each.fields}
            )
            assert saved["Location"] == address("portal_analysis", dialogue)
    assert written(dialogue)[WHY] == "likvardighet why"
    assert len(written(dialogue)) == sum(len(each.fields) for each in PARTS)
    overview = text(client.get(address("portal_analysis", dialogue)))
    assert overview.count("Ifylld") == sum(bool(each.fields) for each in PARTS)
    assert str(dialogue.huvudman.contacts.get()) in overview
    assert areas_on(text(client.get(part(dialogue)))) == {
        "see": "likvardighet see",
        "why": "likvardighet why",
    }


def test_nearly_all_may_be_left_empty(client, dialogue):
    write(client, dialogue, see="En rad")
    overview = text(client.get(address("portal_analysis", dialogue)))
    assert "Påbörjad" in overview
    assert "Läs och skriv ut" in overview
    read = text(client.get(address("portal_analysis_read", dialogue)))
    assert "En rad" in read
    assert "Kvalitet</h2>" not in read


def test_what_is_typed_is_saved_on_the_way_and_the_line_says_when(client, dialogue):
    form = opened(client, dialogue)
    line = autosave(client, dialogue, form, see="Halva menin")
    assert re.search(r"Sparat kl\. \d\d\.\d\d\. Inte skickat\.", line)
    assert "<html" not in line
    assert written(dialogue)[SEE] == "Halva menin"
    autosave(client, dialogue, form, see="Halva meningen är nu hel")
    autosave(client, dialogue, form, see="")
    assert written(dialogue)[SEE] == ""


def test_a_form_whose_answer_was_lost_on_the_way_saves_again(client, dialogue):
    form = opened(client, dialogue)
    for words in ("Ett", "Ett två", "Ett två tre"):
        client.post(part(dialogue), form | {"see": words}, headers=AUTOSAVE)
    assert written(dialogue)[SEE] == "Ett två tre"


def test_an_unchanged_field_is_no_row(client, dialogue):
    write(client, dialogue, see="Bara den")
    assert list(written(dialogue)) == [SEE]


def test_a_personnummer_is_refused_in_its_field_and_the_other_field_is_saved(client, dialogue):
    form = opened(client, dialogue) | {"see": "Se 20120101-1234 i listan", "why": "För att vi är få"}
    line = text(client.post(part(dialogue), form, headers=AUTOSAVE))
    assert "Inte allt är sparat" in line
    assert "20120101-XXXX" in line
    page = client.post(part(dialogue), form)
    assert page.status_code == 422
    assert areas_on(text(page)) == {"see": "Se 20120101-1234 i listan", "why": "För att vi är få"}
    assert written(dialogue) == {WHY: "För att vi är få"}
    with pytest.raises(NotPossible):
        save(dialogue, "20120101-1234")


def test_a_text_that_is_too_long_is_kept_in_the_form(client, dialogue):
    page = write(client, dialogue, see="ö" * 10_001)
    assert page.status_code == 422
    assert "ö" * 10_001 in text(page)
    assert not AnalysisDraft.objects.exists()


def test_what_was_typed_when_the_session_ended_is_shown_to_be_copied(client, dialogue):
    form = opened(client, dialogue) | {"see": "En lång tanke som inte får försvinna"}
    client.logout()
    line = text(client.post(part(dialogue), form, headers=AUTOSAVE))
    assert "Du är utloggad" in line
    page = client.post(part(dialogue), form, headers={"Origin": "http://testserver"})
    assert page.status_code == 403
    assert "En lång tanke som inte får försvinna" in text(page)


def test_the_self_rating_is_words_and_can_be_taken_back(client, dialogue):
    factor = SuccessFactor.objects.create(edition=edition(), number=1, text="Tidiga insatser och stöd")
    slug, name = "sjalvskattning", str(factor.pk)
    assert "Tidiga insatser och stöd" in text(client.get(part(dialogue, slug)))
    write(client, dialogue, slug, **{name: "large"})
    assert 'value="large" ' in text(client.get(part(dialogue, slug))).split("checked")[0][-200:] + " "
    assert "Till stor del" in text(client.get(address("portal_analysis_read", dialogue)))
    assert write(client, dialogue, slug, **{name: "7"}).status_code == 422
    write(client, dialogue, slug, **{name: ""})
    assert written(dialogue) == {f"sjalvskattning.{factor.pk}": ""}


def test_the_figures_of_the_underlag_stand_beside_with_their_kinds(client, dialogue):
    assert "Siffror ur ert analysunderlag" not in text(client.get(part(dialogue)))
    underlag = issued_underlag(dialogue)
    areas = {row["area"] for row in underlag.content["areas"]}
    for each in PARTS:
        page = text(client.get(part(dialogue, each.slug)))
        has_figures = each.area in areas or (each.fields and not each.area)
        assert ("Siffror ur ert analysunderlag" in page) == bool(has_figures), each.slug
    beside = text(client.get(part(dialogue, "larande")))
    assert "visas inte" in beside
    assert not re.search(r'class="num u-own">\s*0\s*<', beside)


def test_an_unknown_part_is_not_found(client, dialogue):
    assert client.get(part(dialogue, "okand")).status_code == 404


# Together -------------------------------------------------------------------------------------------------
def test_different_fields_by_different_people_never_meet(client, dialogue):
    kim = colleague(dialogue)
    mine, theirs = opened(client, dialogue), opened(kim, dialogue)
    autosave(client, dialogue, mine, see="Mitt")
    told = autosave(kim, dialogue, theirs, why="Kims")
    assert "Sparat kl." in told
    news = autosave(client, dialogue, mine, see="Mitt, längre")
    assert "Kim Ek (skolchef) skrev i ”Varför det är så”" in news
    assert client.post(part(dialogue), mine).status_code == 302
    assert written(dialogue) == {SEE: "Mitt, längre", WHY: "Kims"}


def test_a_field_that_a_colleague_built_on_is_no_conflict_until_one_changes_it(client, dialogue):
    kim, mine = colleague(dialogue), opened(client, dialogue)
    autosave(client, dialogue, mine, see="Grund")
    write(kim, dialogue, see="Grund och mer")
    assert "Sparat kl." in autosave(client, dialogue, mine, why="Därför")
    assert written(dialogue) == {SEE: "Grund och mer", WHY: "Därför"}
    assert "Kim Ek (skolchef) skrev där" in autosave(client, dialogue, mine, see="Grund, ändrad")
    assert written(dialogue)[SEE] == "Grund och mer"


def conflict(client, dialogue) -> tuple[str, dict[str, str]]:
    """Both have changed the same field, and I press the button: the page, and its form."""
    kim, mine = colleague(dialogue), opened(client, dialogue)
    write(kim, dialogue, see="Kims text")
    answer = client.post(part(dialogue), mine | {"see": "Min text", "why": "Min orsak"})
    assert answer.status_code == 409
    page = text(answer)
    return page, hidden_on(page) | areas_on(page)


def test_both_texts_are_shown_with_who_and_when_and_nothing_is_overwritten(client, dialogue):
    page, form = conflict(client, dialogue)
    assert re.search(r"Kim Ek \(skolchef\) skrev \d+ \w+ \d{4} kl\. \d\d\.\d\d", page)
    assert "<p>Kims text</p>" in page
    assert areas_on(page) == {"see": "Min text", "why": "Min orsak"}
    assert "hx-post" not in page
    assert written(dialogue) == {SEE: "Kims text", WHY: "Min orsak"}
    assert form["asked-see"] == "1"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("mine", "Min text"), ("theirs", "Kims text"), ("both", "Kims text\n\nMin text")],
)
def test_the_person_chooses_which_text_counts(client, dialogue, choice, expected):
    _page, form = conflict(client, dialogue)
    assert client.post(part(dialogue), form | {"choice-see": choice}).status_code == 302
    assert written(dialogue) == {SEE: expected, WHY: "Min orsak"}


def test_texts_that_were_joined_by_hand_are_saved(client, dialogue):
    _page, form = conflict(client, dialogue)
    client.post(part(dialogue), form | {"choice-see": "mine", "see": "Kims text, och min"})
    assert written(dialogue)[SEE] == "Kims text, och min"


def test_without_a_choice_both_texts_stay(client, dialogue):
    page, form = conflict(client, dialogue)
    assert "Välj vilken text" not in page
    again = client.post(part(dialogue), form)
    assert again.status_code == 409
    summary = text(again).split('id="error-summary"')[1].split("</div>")[0]
    assert '<a href="#both-see">Vad vi ser: Välj vilken text som ska gälla.</a>' in summary
    assert 'id="both-see"' in text(again)
    assert 'aria-describedby="lacks-see"' in text(again)
    assert text(again).count("Välj vilken text som ska gälla.") == 2
    assert "<p>Kims text</p>" in text(again)
    assert areas_on(text(again))["see"] == "Min text"
    assert written(dialogue)[SEE] == "Kims text"


@pytest.mark.parametrize("choice", ["mine", "both"])
def test_a_choice_between_texts_of_which_one_has_changed_again_is_asked_anew(client, dialogue, choice):
    _page, form = conflict(client, dialogue)
    save(dialogue, "Kims nya text", was="Kims text")
    again = client.post(part(dialogue), form | {"choice-see": choice})
    assert again.status_code == 409
    assert "<p>Kims nya text</p>" in text(again)
    assert areas_on(text(again))["see"] == "Min text"
    assert written(dialogue)[SEE] == "Kims nya text"


def test_a_refused_text_in_a_conflict_keeps_both(client, dialogue):
    _page, form = conflict(client, dialogue)
    again = client.post(part(dialogue), form | {"choice-see": "both", "see": "Om 20120101-1234"})
    assert again.status_code == 409
    assert "<p>Kims text</p>" in text(again)
    assert "Skriv inget personnummer här" in text(again)
    assert written(dialogue)[SEE] == "Kims text"


def test_an_error_in_one_field_never_brings_an_old_text_back_in_another(client, dialogue):
    kim, mine = colleague(dialogue), opened(client, dialogue)
    write(kim, dialogue, why="Kims orsak")
    page = client.post(part(dialogue), mine | {"see": "Om 20120101-1234"})
    assert areas_on(text(page))["why"] == "Kims orsak"
    form = hidden_on(text(page)) | areas_on(text(page)) | {"see": "Rättat"}
    client.post(part(dialogue), form)
    assert written(dialogue) == {SEE: "Rättat", WHY: "Kims orsak"}


def test_the_same_words_by_two_are_no_conflict(dialogue):
    save(dialogue, "Lika")
    saved = save(dialogue, "Lika")
    assert not saved.conflicts
    assert saved.kept[SEE].text == "Lika"


def test_a_conflict_of_ratings_is_a_choice_of_two(client, dialogue):
    name = str(SuccessFactor.objects.create(edition=edition(), number=1, text="Samverkan").pk)
    kim, mine = colleague(dialogue), opened(client, dialogue, "sjalvskattning")
    write(kim, dialogue, "sjalvskattning", **{name: "whole"})
    answer = client.post(part(dialogue, "sjalvskattning"), mine | {name: "part"})
    page = text(answer)
    assert answer.status_code == 409
    assert "<p>Helt</p>" in page
    assert f'id="both-{name}"' not in page
    client.post(part(dialogue, "sjalvskattning"), hidden_on(page) | {name: "part", f"choice-{name}": "mine"})
    assert list(written(dialogue).values()) == ["part"]


# Who and when ---------------------------------------------------------------------------------------------
@pytest.mark.parametrize("state", DialogueState)
def test_it_is_open_from_the_yes(client, state):
    dialogue, user = dialogue_with_contact(state)
    client.force_login(user)
    if state in OPEN_FOR_WRITING:
        assert save(dialogue, "Text").kept
    else:
        with pytest.raises(NotPossible):
            save(dialogue, "Text")
        assert client.get(part(dialogue)).status_code in {302, 404}
    assert AnalysisDraft.objects.exists() == (state in OPEN_FOR_WRITING)


def test_a_cancelled_dialogue_lets_it_be_read_and_not_changed(client, dialogue):
    InvitationFactory(dialogue=dialogue)
    save(dialogue, "Vår egen text")
    type(dialogue).objects.update(state=DialogueState.CANCELLED)
    assert "Vår egen text" in text(client.get(address("portal_analysis_read", dialogue)))
    overview = text(client.get(address("portal_analysis", dialogue)))
    assert "Kontrollera och skicka" not in overview
    assert part(dialogue) not in overview


@pytest.mark.parametrize("role", StaffRole.values)
def test_no_staff_reads_or_writes(dialogue, role):
    save(dialogue, "Vårt")
    for actor in (person(staff_user(StaffRole(role))), SYSTEM):
        with pytest.raises(PermissionDenied):
            texts_of(dialogue, actor)
        with pytest.raises(PermissionDenied):
            save(dialogue, "Deras", was="Vårt", actor=actor)
    assert written(dialogue) == {SEE: "Vårt"}


def test_a_contact_whose_time_is_over_is_out(client, dialogue):
    save(dialogue, "Vårt")
    former = person(owner(dialogue))
    dialogue.huvudman.contacts.update(valid_to="2020-01-01", valid_from="2019-01-01")
    with pytest.raises(PermissionDenied):
        texts_of(dialogue, former)
    assert client.get(part(dialogue))["Location"] == "/konto/logga-in/"


def test_who_only_reads_reads_all_and_writes_nothing(client, dialogue):
    save(dialogue, "Vårt")
    board = ContactFactory(huvudman=dialogue.huvudman, access=Access.READ).user
    client.force_login(board)
    overview = text(client.get(address("portal_analysis", dialogue)))
    assert part(dialogue) not in overview
    assert "Kontrollera och skicka" not in overview
    assert "Vårt" in text(client.get(address("portal_analysis_read", dialogue)))
    assert client.get(part(dialogue))["Location"] == address("portal_analysis", dialogue)
    assert client.get(address("portal_analysis_check", dialogue)).status_code == 302
    assert client.post(part(dialogue), {"see": "Nämndens"}).status_code == 403
    with pytest.raises(PermissionDenied):
        save(dialogue, "Nämndens", was="Vårt", actor=person(board))
    assert written(dialogue) == {SEE: "Vårt"}


@pytest.mark.parametrize("written_parts", [1, 3])
def test_the_overview_takes_a_constant_number_of_queries(
    client, dialogue, django_assert_num_queries, written_parts
):
    for each in PARTS[:written_parts]:
        save(dialogue, "Text", field=each.key("see"), form=uuid4())
    with django_assert_num_queries(20):
        assert client.get(address("portal_analysis", dialogue)).status_code == 200
