"""Comparison groups: everybody in just one, with those most alike, and made for all at once."""

from __future__ import annotations

from collections import defaultdict
from io import StringIO
from random import Random

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.actors import SYSTEM, person
from accounts.models import AuditEntry, StaffRole
from huvudman.domain.places import load_places
from huvudman.models import Huvudman, Koncern
from quality_system.domain.groups import make_comparison_groups, place_newcomers
from quality_system.figures import Group, IndicatorFigures
from quality_system.grouping import Profile, Rule, _features, _scatter, make_groups
from quality_system.models import ComparisonGroup, Edition, GroupMember
from quality_system.profiles import read_profiles
from quality_system.queries import figures_for, figures_for_many
from quality_system.wording import group_words, rule_words
from tests.accounts.factories import planner, staff_user
from tests.huvudman.factories import HuvudmanFactory, SchoolUnitFactory
from tests.quality_system.factories import EditionFactory, IndicatorFactory, offer, value_of
from tests.quality_system.shared_data import shared_file

FEW = 5
PROFILES = st.lists(
    st.builds(
        Profile,
        id=st.integers(1, 10**6),
        owner=st.integers(1, 40),
        kind=st.sampled_from(["kommun", "company"]),
        size=st.none() | st.integers(1, 9000),
        units=st.integers(0, 60),
        place=st.none() | st.integers(0, 90000),
        skolformer=st.frozensets(st.sampled_from(["FSK", "GR", "GY", "VUX"])),
    ),
    unique_by=lambda profile: profile.id,
    max_size=60,
)


# The core -------------------------------------------------------------------------------------------------
@settings(deadline=None, max_examples=60)
@given(PROFILES, st.randoms())
def test_everybody_is_in_just_one_group_of_enough_owners(profiles: list[Profile], rng: Random) -> None:
    rules = make_groups(profiles, FEW)
    for profile in profiles:
        assert sum(rule.holds(profile) for rule in rules) == 1
    for rule in rules:
        is_parted = sum((r.kind, r.size_known) == (rule.kind, rule.size_known) for r in rules) > 1
        owners = {profile.owner for profile in profiles if rule.holds(profile)}
        assert len(owners) >= (FEW if is_parted else 1)
    rng.shuffle(profiles)
    assert make_groups(profiles, FEW) == rules, "the order makes no difference"


@settings(deadline=None, max_examples=30)
@given(PROFILES)
def test_members_are_closer_than_all_of_the_kind(profiles: list[Profile]) -> None:
    rules = make_groups(profiles, FEW)
    for kind, known in {(rule.kind, rule.size_known) for rule in rules}:
        everybody = [p for p in profiles if (p.kind, p.size is not None) == (kind, known)]
        features = _features(everybody)
        parts = [
            _scatter(features[inside])
            for rule in rules
            if (inside := np.array([rule.holds(profile) for profile in everybody])).any()
        ]
        assert sum(parts) <= _scatter(features) + 1e-9
        assert len(parts) == 1 or sum(parts) < _scatter(features)


@given(
    st.builds(
        Rule,
        kind=st.just("company"),
        size_known=st.booleans(),
        size_from=st.none() | st.integers(1, 99),
        place_below=st.none() | st.integers(1, 99),
        all_run=st.sampled_from([(), ("GR",), ("FSK", "GR")]),
    )
)
def test_a_rule_survives_storage(rule: Rule) -> None:
    assert Rule.from_json(rule.as_json()) == rule


def sized(n: int, size: int, form: str = "GR") -> Profile:
    return Profile(n, n, "company", size, 1, 5000, frozenset({form}), {form: 1.0})


def test_the_clearest_difference_parts_first() -> None:
    small, large = [sized(n, 20 + n) for n in range(10)], [sized(10 + n, 900 + n) for n in range(10)]
    assert make_groups([*small, *large], 10) == [
        Rule("company", size_below=30),
        Rule("company", size_from=30),
    ]
    forms = [sized(n, 100, "GR" if n % 2 else "FSK") for n in range(20)]
    assert {(rule.all_run, rule.none_run) for rule in make_groups(forms, 10)} == {
        (("FSK",), ()), ((), ("FSK",))
    }  # fmt: skip


def test_a_koncern_does_not_make_a_group() -> None:
    koncern = [Profile(n, "koncern", "company", 10 + n, 1, 0, frozenset()) for n in range(9)]
    others = [sized(100 + n, 900) for n in range(10)]
    assert make_groups([*koncern, *others], 10) == [Rule("company")]


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (Rule("kommun", size_from=1500, size_below=3000, all_run=("GY",)),
         "kommuner med 1\u00a0500–2\u00a0999 barn och elever, som har gymnasieskola"),
        (Rule("company", size_below=70, none_run=("FSK", "GR")),
         "bolag med färre än 70 barn och elever, som inte har förskola och grundskola"),
        (Rule("association", size_from=300, place_from=15000),
         "föreningar, stiftelser och trossamfund med 300 eller fler barn och elever, "
         "i kommuner med 15\u00a0000 eller fler elever"),
        (Rule("kommunalforbund", size_known=False), "kommunalförbund av okänd storlek"),
        (Rule("region"), "regioner"),
    ],
)  # fmt: skip
def test_a_group_in_plain_words(rule: Rule, words: str) -> None:
    assert rule_words(rule.as_json()) == words


# In the database ------------------------------------------------------------------------------------------
@pytest.fixture
def edition() -> Edition:
    edition = EditionFactory()
    IndicatorFactory(edition=edition)
    return edition


def company(pupils: int, value: str | None = None, **facts: object) -> Huvudman:
    huvudman = HuvudmanFactory(type="enskild", legal_form="ab", pupils=pupils, size_class="s2", **facts)
    offer(SchoolUnitFactory(huvudman=huvudman), pupils=pupils)
    if value:
        value_of(huvudman, value)
    return huvudman


def worlds(many: int = 45) -> tuple[list[Huvudman], list[Huvudman]]:
    """As many small companies as large ones, in one size class; the small have values below 100."""
    small = [company(100 + n % 20, str(n)) for n in range(many)]
    large = [company(400 + n % 20, str(200 + n)) for n in range(many)]
    return small, large


def figures_of(huvudman: Huvudman, edition: Edition) -> IndicatorFigures:
    (figures,) = figures_for(huvudman, edition)
    return figures


def group_of(huvudman: Huvudman, edition: Edition) -> Group:
    group = figures_of(huvudman, edition).group
    assert group is not None
    return group


@pytest.mark.django_db
def test_a_profile_says_what_the_register_says() -> None:
    koncern = Koncern.objects.create(name="Exempelkoncernen")
    huvudman = company(60, children=20, koncern=koncern)
    company(30, active_to="2020-06-30")
    (profile,) = read_profiles()
    assert (profile.id, profile.owner, profile.kind) == (huvudman.pk, ("koncern", koncern.pk), "company")
    assert (profile.size, profile.units, profile.skolformer) == (80, 1, frozenset({"FSK", "GR"}))
    assert profile.shares == {"GR": 0.75, "FSK": 0.25}


@pytest.mark.django_db
def test_figures_are_compared_within_the_group(edition: Edition) -> None:
    small, large = worlds()
    assert group_of(small[0], edition).spread.members == 90, "of the same type and size class before"
    make_comparison_groups(actor=SYSTEM)
    one, other = group_of(small[0], edition), group_of(large[0], edition)
    assert (one.spread.members, other.spread.members) == (45, 45)
    assert (int(one.spread.median), int(other.spread.median)) == (22, 222)
    assert group_words(one).startswith("bolag med färre än ")
    figures = figures_of(small[0], edition)
    assert IndicatorFigures.from_json(figures.as_json()) == figures


@pytest.mark.django_db
def test_everybody_in_a_group_has_the_same_group(edition: Edition) -> None:
    small, large = worlds()
    make_comparison_groups(actor=SYSTEM)
    shown = figures_for_many([huvudman.pk for huvudman in small + large], edition)
    groups = {who: figures[0].group for who, figures in shown.items()}
    assert len({groups[huvudman.pk] and groups[huvudman.pk].spread for huvudman in small}) == 1
    assert len({group and group.spread for group in groups.values()}) == 2


@pytest.mark.django_db
@pytest.mark.parametrize("many", [1, 3])
def test_groups_take_no_query_more(edition: Edition, many: int, django_assert_num_queries: object) -> None:
    schools = [company(100, "50") for _n in range(many)]
    make_comparison_groups(actor=SYSTEM)
    with django_assert_num_queries(7):  # type: ignore[operator]
        figures_for_many([huvudman.pk for huvudman in schools], edition)


@pytest.mark.django_db
def test_a_newcomer_is_compared_with_nobody_until_it_has_its_place(edition: Edition) -> None:
    small, _large = worlds()
    assert place_newcomers(actor=SYSTEM) == 0, "no groups have been made"
    make_comparison_groups(actor=SYSTEM)
    before = dict(GroupMember.objects.values_list("huvudman_id", "group_id"))
    newcomer = company(110, "50")
    assert figures_of(newcomer, edition).group is None
    assert group_of(small[0], edition).spread.members == 45, "nor is anybody compared with it"
    assert place_newcomers(actor=SYSTEM) == 1
    assert place_newcomers(actor=SYSTEM) == 0
    assert newcomer.comparison.group_id == before[small[0].pk]
    assert (
        dict(GroupMember.objects.exclude(huvudman=newcomer).values_list("huvudman_id", "group_id")) == before
    )


@pytest.mark.django_db
def test_made_again_the_groups_follow_the_register(edition: Edition) -> None:
    small, _large = worlds()
    company(105)
    first = make_comparison_groups(actor=SYSTEM)
    Huvudman.objects.filter(pk=small[0].pk).update(pupils=410)
    again = make_comparison_groups(actor=SYSTEM)
    assert len(again) == len(first) == ComparisonGroup.objects.count()
    assert GroupMember.objects.count() == 91
    assert small[0].comparison.group_id != small[1].comparison.group_id
    entries = AuditEntry.objects.filter(verb="comparison_groups.made")
    assert [entry.facts for entry in entries] == [{"groups": 2, "members": 91}] * 2


@pytest.mark.django_db
def test_only_statisticians_make_groups() -> None:
    make_comparison_groups(actor=person(staff_user(StaffRole.STATISTICIAN)))
    with pytest.raises(PermissionDenied):
        make_comparison_groups(actor=person(planner()))
    with pytest.raises(PermissionDenied):
        place_newcomers(actor=person(planner()))


# The real register ----------------------------------------------------------------------------------------
def apart(profiles: list[Profile], groups: list[list[Profile]]) -> float:
    """The mean distance between two members of a group, over all members of groups of ten or more."""
    rows: dict[int, np.ndarray] = {}
    for kind in {profile.kind for profile in profiles}:
        alike = [profile for profile in profiles if profile.kind == kind]
        rows |= dict(zip([p.id for p in alike], _features(alike), strict=True))
    large = [np.array([rows[p.id] for p in members]) for members in groups if len(members) >= 10]
    means = [np.sqrt(((one[:, None] - one) ** 2).sum(-1)).sum() / (len(one) - 1) for one in large]
    return float(sum(means) / sum(map(len, large)))


@pytest.mark.django_db
def test_members_are_a_third_closer_than_in_size_classes_on_the_real_register() -> None:
    path = shared_file("register/skolenhetsregistret_2020.xlsx")
    load_places()
    call_command("import_register", str(path), apply=True, stdout=StringIO())
    profiles = read_profiles()
    rules = make_groups(profiles)
    groups = [[p for p in profiles if rule.holds(p)] for rule in rules]
    classes = dict(Huvudman.objects.values_list("pk", "size_class"))
    types = dict(Huvudman.objects.values_list("pk", "type"))
    boxes: dict[tuple[str, str], list[Profile]] = defaultdict(list)
    for profile in profiles:
        boxes[types[profile.id], classes[profile.id]].append(profile)
    assert sum(map(len, groups)) == len(profiles) > 1000
    assert apart(profiles, groups) < 0.68 * apart(profiles, list(boxes.values()))
    alone = [len(members) for members in groups if len(members) < 10]
    assert sum(alone) <= sum(len(box) for box in boxes.values() if len(box) < 10)
