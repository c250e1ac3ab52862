"""The main job's visitor reads forms as a browser does."""

import pytest

from dialogues.demo.huvudman_side import answer_by_link
from dialogues.demo.visitor import forms_in
from dialogues.links import answer_path
from dialogues.models import Answer
from tests.dialogues.factories import InvitationFactory, both_agencies

PAGE = """
<form method="get"><input name="q"></form>
<form method="post" action="/ut/"><input type="hidden" name="csrf" value="a"></form>
<form method="post">
  <input type="hidden" name="csrf" value="b"><input name="name" value="Kim &amp; Lo">
  <input type="radio" name="answer" value="yes"><input type="radio" name="answer" value="no" checked>
  <input type="checkbox" name="sure" value="on"><textarea name="text"></textarea>
  <select name="reason"><option>x</option></select><input type="submit" name="go" value="Skicka">
</form>
"""


def test_only_forms_that_post_with_what_they_hold():
    first, second = forms_in(PAGE)
    assert (first.action, first.values) == ("/ut/", {"csrf": "a"})
    assert (second.action, second.values) == ("", {"csrf": "b", "name": "Kim & Lo", "answer": "no"})
    assert second.names == {"csrf", "name", "answer", "sure", "text", "reason", "go"}


@pytest.mark.django_db(transaction=True)
def test_a_no_is_answered_by_way_of_the_page_with_other_ways(live_server):
    both_agencies()
    invitation = InvitationFactory()
    answer_by_link(f"{live_server.url}{answer_path(invitation, None)}", Answer.NO)
    assert invitation.answers.get().answer == Answer.NO
