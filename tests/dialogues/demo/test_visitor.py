"""The main job's visitor reads forms as a browser does."""

from dialogues.demo.visitor import forms_in

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
