"""Two editions side by side: the core by hypothesis, and real editions by key and number."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actors import SYSTEM
from quality_system.domain.edition_parts import add_part, change_part, move_part, remove_part
from quality_system.domain.editions import copy_edition
from quality_system.edition_comparison import PartText, compare
from quality_system.edition_content import content_version, texts_of
from quality_system.models import SuccessFactor
from tests.quality_system.factories import IndicatorFactory, seeded_edition

IDENTITY = st.tuples(st.sampled_from("ab"), st.sampled_from(["GR", "GY"]), st.sampled_from("123"))
FIELDS = st.dictionaries(st.sampled_from(["Text", "Enhet"]), st.sampled_from(["", "x", "y"]))
PARTS = st.lists(
    st.builds(PartText, IDENTITY, st.just("namn"), FIELDS), unique_by=lambda part: part.identity, max_size=8
)


@given(parts=PARTS)
def test_nothing_differs_from_itself(parts: list[PartText]) -> None:
    found = compare(parts, parts)
    assert found.is_same
    assert found.unchanged == len(parts)


@given(before=PARTS, after=PARTS)
def test_the_changes_lead_from_one_to_the_other_and_nothing_is_lost(
    before: list[PartText], after: list[PartText]
) -> None:
    found = compare(before, after)
    changed = {change.part.identity: change for change in found.changed}
    made = {part.identity: dict(part.fields) for part in before}
    for part in found.removed:
        del made[part.identity]
    for identity, change in changed.items():
        for field in change.fields:
            assert made[identity].get(field.label, "") == field.before != field.after
            made[identity][field.label] = field.after
    made |= {part.identity: dict(part.fields) for part in found.added}
    without_empty = {key: {k: v for k, v in fields.items() if v} for key, fields in made.items()}
    assert without_empty == {p.identity: {k: v for k, v in p.fields.items() if v} for p in after}
    assert len(found.added) + len(changed) + found.unchanged == len(after)


@given(before=PARTS, after=PARTS)
def test_back_again_is_the_same_the_other_way(before: list[PartText], after: list[PartText]) -> None:
    there, back = compare(before, after), compare(after, before)
    assert {p.identity for p in there.added} == {p.identity for p in back.removed}
    assert {c.part.identity for c in there.changed} == {c.part.identity for c in back.changed}
    assert set(there.reordered) == set(back.reordered)


@given(parts=PARTS)
def test_another_order_is_told_by_group(parts: list[PartText]) -> None:
    found = compare(parts, parts[::-1])
    groups = [part.identity[:2] for part in parts]
    assert set(found.reordered) == {group for group in groups if groups.count(group) > 1}
    assert found.unchanged == len(parts)


@pytest.mark.django_db
def test_a_draft_beside_the_edition_it_was_made_from(django_assert_num_queries: object) -> None:
    edition = seeded_edition()
    draft = copy_edition(edition=edition, actor=SYSTEM)
    assert compare(texts_of(edition), texts_of(draft)).is_same, "a copy says the same"
    goal = draft.objectives.get(skolform="GR").sub_goals.get(number=5)
    change_part(part=goal, actor=SYSTEM, text="Fler lyckas.", is_example_text=False)
    change_part(part=draft.indicators.get(key="gr-y9-merit"), actor=SYSTEM, unit="meritpoäng")
    remove_part(part=draft.indicators.get(key="gr-pupils"), actor=SYSTEM)
    IndicatorFactory(edition=draft, key="gr-ny", name="Nytt mått")
    add_part(part=SuccessFactor(edition=draft, text="Tid"), actor=SYSTEM)
    move_part(part=draft.indicators.get(key="gr-y9-science"), actor=SYSTEM, up=True)
    with django_assert_num_queries(8):  # type: ignore[operator]
        found = compare(texts_of(edition), texts_of(draft))
    assert [part.name for part in found.added] == ["Nytt mått (grundskola)", "Framgångsfaktor 9"]
    assert [part.name for part in found.removed] == ["Elever (grundskola)"]
    assert [(change.part.name, change.fields[0].before) for change in found.changed] == [
        ("Delmål 5, grundskola", "Fler når målen."),
        ("Genomsnittligt meritvärde, årskurs 9 (grundskola)", "poäng"),
    ]
    fields = [(field.label, field.before, field.after) for field in found.changed[0].fields]
    assert fields == [("Text", "Fler når målen.", "Fler lyckas."), ("Exempeltext", "ja", "nej")]
    assert found.reordered == (("indicator", "GR"),)
    parts = sum(getattr(edition, name).count() for name in ("objectives", "indicators", "success_factors"))
    assert found.unchanged == parts + 53 - 3, "53 sub-goals; one worded, one indicator worded, one gone"


@pytest.mark.django_db
def test_the_version_is_another_when_anything_is(django_assert_num_queries: object) -> None:
    edition = seeded_edition()
    with django_assert_num_queries(4):  # type: ignore[operator]
        seen = {content_version(edition)}
    change_part(part=edition.success_factors.get(number=2), actor=SYSTEM, is_example_text=False)
    seen.add(content_version(edition))
    move_part(part=edition.success_factors.get(number=2), actor=SYSTEM, up=True)
    seen.add(content_version(edition))
    remove_part(part=edition.indicators.get(key="gr-pupils"), actor=SYSTEM)
    assert len(seen | {content_version(edition)}) == 4
