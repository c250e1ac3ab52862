"""Size classes: the limits, the numbers that are not known, and setting all anew."""

import io

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from huvudman.domain.sizes import CLASSES, refresh_size_classes, size_class
from huvudman.models import Huvudman, SizeClass
from huvudman.queries import history_of
from tests.huvudman.factories import HuvudmanFactory

EDGES = [
    (None, "unknown"), (0, "unknown"), (1, "s1"), (99, "s1"), (100, "s2"), (499, "s2"), (500, "s3"),
    (1_999, "s3"), (2_000, "s4"), (4_999, "s4"), (5_000, "s5"), (90_000, "s5"),
]  # fmt: skip


def refresh() -> str:
    out = io.StringIO()
    call_command("refresh_size_classes", stdout=out)
    return out.getvalue().strip()


@pytest.mark.parametrize(("size", "expected"), EDGES)
def test_each_limit_belongs_to_the_larger_class(size, expected):
    assert size_class(size) == expected


@given(st.integers(0, 200_000), st.integers(0, 200_000))
def test_more_children_and_pupils_never_make_a_smaller_class(one, other):
    less, more = sorted((one, other))
    assert CLASSES.index(size_class(less)) <= CLASSES.index(size_class(more))


@pytest.mark.parametrize("limits", [[1, 100], [0, 2, 3, 4, 5], [1, 3, 2, 4, 5], [1, 1, 2, 3, 4]])
def test_limits_that_are_none_are_told(settings, limits):
    settings.SIZE_CLASS_LIMITS = limits
    with pytest.raises(ImproperlyConfigured, match="rising numbers"):
        size_class(5)
    with pytest.raises(CommandError, match="rising numbers"):
        refresh()


@pytest.mark.django_db
def test_all_are_set_anew_as_the_limits_say(settings):
    for size, _class in EDGES:
        HuvudmanFactory(pupils=size, size_class=SizeClass.S3)
    HuvudmanFactory(pupils=60, children=40, size_class=SizeClass.S1)
    HuvudmanFactory(pupils=None, children=100, size_class=SizeClass.S1)
    assert refresh() == "12 huvudmän har fått en annan storleksklass."
    expected = [*(kind for _size, kind in EDGES), "s2", "s2"]
    assert list(Huvudman.objects.order_by("pk").values_list("size_class", flat=True)) == expected
    assert refresh() == "0 huvudmän har fått en annan storleksklass."

    settings.SIZE_CLASS_LIMITS = [1, 99, 500, 2_000, 5_000]
    assert refresh() == "1 huvudman har fått en annan storleksklass."
    moved = Huvudman.objects.get(pupils=99)
    assert moved.size_class == SizeClass.S2
    assert history_of(moved)[0]["fields"] == [("size_class", "s1", "s2")]


@pytest.mark.django_db
def test_the_database_and_the_rule_agree(django_assert_num_queries):
    chosen = HuvudmanFactory.create_batch(3, pupils=700, size_class=SizeClass.S1)
    left = HuvudmanFactory(pupils=700, size_class=SizeClass.S1)
    rows = Huvudman.objects.filter(pk__in=[row.pk for row in chosen])
    with django_assert_num_queries(1):
        assert refresh_size_classes(rows) == 3
    left.refresh_from_db()
    assert left.size_class == SizeClass.S1, "only the rows asked for"
    assert {row.size_class for row in rows.all()} == {size_class(700)}


def test_a_class_is_called_what_the_limits_say(settings):
    spans = [str(label) for _value, label in SizeClass.choices[1:]]
    assert spans == ["1–99", "100–499", "500–1\u00a0999", "2\u00a0000–4\u00a0999", "5\u00a0000 eller fler"]
    settings.SIZE_CLASS_LIMITS = [1, 50, 500, 1_000, 20_000]
    spans = [str(label) for _value, label in SizeClass.choices[1:]]
    assert spans == ["1–49", "50–499", "500–999", "1\u00a0000–19\u00a0999", "20\u00a0000 eller fler"]
    assert HuvudmanFactory.build(size_class=SizeClass.S2).get_size_class_display() == "50–499"
    with translation.override("en"):
        assert str(SizeClass.S5.label) == "20,000 or more"


@pytest.mark.django_db
def test_other_limits_need_no_migration(settings):
    settings.SIZE_CLASS_LIMITS = [1, 50, 500, 1_000, 20_000]
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())
