"""The letter with an underlag: it tells of what is in it, and of nothing else."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

import pytest
from django.utils import translation

from accounts.actors import person
from dialogues.domain import underlag as verbs
from dialogues.models import Letter
from dialogues.models import UnderlagState as S
from dialogues.underlag.content import build_content
from dialogues.underlag.cover import cover_words
from dialogues.underlag.shapes import Central, Material
from quality_system.values import MISSING, NEARLY_ALL, number
from tests.accounts.factories import leader
from tests.dialogues.underlag.factories import underlag_in
from tests.dialogues.underlag.material import FIGURES, HIDDEN, figure, full_material, preschool_material

QUESTIONS = "Underlaget har också frågor att tala om hemma."
STRENGTH = Central("strength", "learning", "Fler når målen.")
NEED = Central("need", "quality", "Lärare.")
RESULT, CONDITION = figure("r", number(50)), figure("c", number(9), kind="condition")


def told(material: Material) -> str:
    return " ".join(cover_words(build_content(material)))


def test_a_full_one_is_told_of_with_its_skolformer_areas_and_kinds() -> None:
    vux = figure("v", number(3), skolform="VUX")
    owner = replace(full_material().owner, skolformer=(("GR", "grundskola"), ("VUX", "komvux")))
    assert told(full_material(figures=(*FIGURES, vux), owner=owner)) == (
        "I underlaget finns siffror om era resultat och förutsättningar, för grundskola och komvux. "
        "Där det går visas också era skolenheters värden. "
        "Vi på Skolverket och Specialpedagogiska skolmyndigheten tar tillsammans upp det som vi tror är "
        "viktigt att prata om, inom barns och elevers utveckling och lärande och kvalitet: "
        f"både styrkor och sådant som kan utvecklas. {QUESTIONS}"
    )


def test_a_preschool_is_promised_no_figures_and_no_areas() -> None:
    assert told(preschool_material()) == (
        "Det finns inga siffror att visa om er i den nationella statistiken. "
        "Det är vanligt för små huvudmän och för dem som bara driver förskola. "
        "Vi pekar inte ut något område. Er egen bild är utgångspunkten för samtalet. "
        "Underlaget tar upp delmålen för förskola och har frågor att tala om hemma."
    )


def test_where_nothing_is_known_nothing_is_promised() -> None:
    words = told(replace(preschool_material(), goals=(), factors=()))
    assert words.endswith("Er egen bild är utgångspunkten för samtalet.")
    assert "frågor att tala om" not in words
    assert "I underlaget finns" not in words


@pytest.mark.parametrize(
    ("figures", "begins"),
    [
        ((RESULT,), "I underlaget finns siffror om era resultat, för grundskola."),
        ((CONDITION,), "I underlaget finns siffror om era förutsättningar, för grundskola."),
        (
            (replace(RESULT, own=HIDDEN), CONDITION),
            "I underlaget finns siffror om era förutsättningar, för grundskola.",
        ),
        (
            (RESULT, replace(CONDITION, skolform="GY", own=MISSING)),
            "I underlaget finns siffror om era resultat, för grundskola.",
        ),
        ((replace(RESULT, own=HIDDEN),), "De siffror som finns om er visas inte, eller inte exakt"),
        ((replace(RESULT, own=NEARLY_ALL),), "De siffror som finns om er visas inte, eller inte exakt"),
        ((replace(RESULT, own=MISSING),), "Det finns inga siffror att visa om er"),
    ],
)
def test_only_figures_with_a_value_to_show_are_told_of(figures: tuple, begins: str) -> None:
    assert told(full_material(figures=figures)).startswith(begins)


@pytest.mark.parametrize(
    ("central", "ends"),
    [
        ((STRENGTH,), "inom barns och elevers utveckling och lärande: styrkor att bygga vidare på."),
        ((NEED, NEED), "inom kvalitet: sådant som kan utvecklas."),
        ((), "Er egen bild är utgångspunkten för samtalet."),
    ],
)
def test_only_the_areas_that_are_pointed_out_are_named(central: tuple[Central, ...], ends: str) -> None:
    assert f"{ends} {QUESTIONS}" in told(full_material(central=central))


def test_it_can_be_told_in_english() -> None:
    with translation.override("en"):
        words = told(full_material())
        thin = told(preschool_material())
    assert words.startswith(
        "The underlag holds figures on your results and conditions, for compulsory school."
    )
    assert "both strengths and what can be developed" in words
    assert thin.endswith(
        "The underlag takes up the sub-goals for preschool and has questions to talk about at home."
    )


@pytest.mark.django_db
@pytest.mark.parametrize("material", [full_material(), preschool_material()])
def test_the_letter_says_it_in_swedish_in_both_forms_from_what_was_frozen(material: Material) -> None:
    underlag = underlag_in(S.CONFIRMED)
    underlag.content = build_content(material)
    underlag.save()
    with translation.override("en"):
        verbs.issue_underlag(underlag=underlag, actor=person(leader()))
    letter = Letter.objects.get()
    assert told(material) in letter.text
    assert told(material) in unescape(letter.html)
    both = "både styrkor och sådant som kan utvecklas"
    assert (both in letter.text) == (both in letter.html) == bool(material.central)
