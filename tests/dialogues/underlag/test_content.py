"""What the document says: frozen values with their kinds, plain words, nothing hidden and no ranking."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from dialogues.models import CentralArea
from dialogues.underlag.content import Json, build_content, figures_in
from dialogues.underlag.html import body_html, document_html
from dialogues.underlag.present import day, earlier_words, figure_words, present
from dialogues.underlag.questions import central_questions
from dialogues.underlag.shapes import Central
from quality_system.comparison import Place
from quality_system.figures import Bar, IndicatorFigures, PeriodValue
from quality_system.models import Area
from quality_system.values import KINDS_WITH_NUMBER, MISSING, NOT_APPLICABLE, Value, ValueKind, number
from tests.dialogues.underlag.material import (
    FIGURES,
    HIDDEN,
    figure,
    full_material,
    learning,
    preschool_material,
)

INSPECTION_WORDS = (
    *("brist", "åtgärd", "försen", "gransk", "tillsyn"),
    *("rangordn", "sämst", "bäst i", "underkänd"),
)


def test_the_content_is_json_and_the_same_for_the_same_material() -> None:
    content = build_content(full_material())
    assert json.loads(json.dumps(content)) == content == build_content(full_material())


def test_every_figure_keeps_kind_period_source_and_version() -> None:
    content = build_content(full_material())
    found = {f["key"]: f for f in figures_in(content)}
    assert {key: f["own"]["kind"] for key, f in found.items()} == {
        "tal": "number",
        "dolt": "suppressed",
        "cirka": "approximate",
        "nastan": "nearly_all",
        "inte": "not_applicable",
        "kostnad": "number",
    }
    facts = {(f["period"], f["source"], f["source_version"]) for f in found.values()}
    assert facts == {("2024/25", "planned-educations", "2026-04-21")}
    assert content["edition"]["name"] == "Nationella kvalitetssystemet 2023"
    assert [IndicatorFigures.from_json(f) for f in found.values()] == in_document_order()


def in_document_order() -> list[IndicatorFigures]:
    by_key = {figures.key: figures for figures in FIGURES}
    return [by_key[key] for key in ("cirka", "tal", "dolt", "nastan", "inte", "kostnad")]


def test_figures_stand_under_their_sub_goal_and_other_conditions_by_themselves() -> None:
    content = build_content(full_material())
    by_goal = {
        (area["area"], part["skolform"], goal["number"]): [f["key"] for f in goal["figures"]]
        for area in content["areas"]
        for part in area["skolformer"]
        for goal in part["goals"]
    }
    assert by_goal == {
        ("equity", "GR", 1): [],
        ("quality", "GR", 3): ["cirka"],
        ("learning", "GR", 5): ["tal", "dolt"],
        ("learning", "GY", 6): ["nastan"],
    }
    assert [f["key"] for part in content["conditions"] for f in part["figures"]] == ["inte", "kostnad"]
    assert content["other_results"] == []


def test_each_central_area_has_its_figure_and_two_open_questions() -> None:
    shown = present(build_content(full_material()))
    (strength,), (need,) = shown["strengths"], shown["needs"]
    assert strength["figure"] == "Behöriga till yrkesprogram, årskurs 9: 72,4\u00a0%, 2024/25"
    assert need["figure"].endswith("i minst ett ämne: cirka\u00a071\u00a0%, 2024/25")
    for central in (strength, need):
        assert len(central["questions"]) == 2
        assert all(question.endswith("?") for question in central["questions"])


def test_a_central_area_has_its_value_once() -> None:
    central = Central("strength", "learning", "72,4\u00a0% når målen.", "tal")
    assert present(build_content(full_material(central=(central,))))["strengths"][0]["figure"] == ""


def test_every_kind_of_central_area_has_two_questions_of_its_own() -> None:
    asked = [q for kind in CentralArea.Kind for area in Area for q in central_questions(kind, area)]
    assert len(asked) == len(set(asked)) == 12


def test_a_result_without_a_sub_goal_is_not_lost() -> None:
    content = build_content(full_material(figures=(figure("los", number(1)),)))
    assert [f["key"] for part in content["other_results"] for f in part["figures"]] == ["los"]


def test_the_sentence_says_the_own_value_and_its_place_in_neutral_words() -> None:
    placed = figure("x", number("1234.56"), place=Place.UPPER)
    assert figure_words(placed) == (
        "Ert värde är 1\u00a0234,6\u00a0%, högre än den mittersta hälften av gruppen."
    )
    assert figure_words(replace(placed, place=None)) == "Ert värde är 1\u00a0234,6\u00a0%."


@pytest.mark.parametrize("made", [body_html, document_html])
def test_page_and_paper_say_what_the_charts_line_is_and_why_a_dot_may_lie_outside_it(
    made: Callable[[Json], str],
) -> None:
    html = made(build_content(full_material()))
    about = html.split("Så är jämförelsen gjord", 1)[1].split("<h3>", 1)[0]
    assert "från det värde som 5 procent av gruppen ligger under till det som 5 procent ligger över" in about
    assert "Därför kan ert eget värde ligga utanför linjen" in about
    assert "färre än 41 olika ägare" in about
    alone = made(build_content(full_material(figures=(figure("x", number(1), group=None),))))
    assert "linjen" not in alone


def test_a_table_tells_each_rows_unit_once_in_its_head() -> None:
    figures = (
        figure(
            "a", number("6.4"), unit="index", riket=number("6.5"), girls=number("6.1"), boys=number("6.7")
        ),
        figure("b", number("81.25"), unit="%", riket=MISSING),
        figure("c", number("11"), unit=""),
    )
    html = str(body_html(build_content(full_material(figures=figures, goals=()))))
    rows = re.findall(r'<th scope="row">(.*?)</tr>', html.split("u-rating")[0], re.DOTALL)
    heads = [plain(row.split("</th>")[0]) for row in rows]
    assert heads == ["Mått a 2024/25, index", "Mått b 2024/25, %", "Mått c 2024/25"]
    cells = [[plain(cell) for cell in re.findall(r"<td.*?>(.*?)</td>", row, re.DOTALL)] for row in rows]
    assert [row[0] for row in cells] == ["6,4", "81,3", "11,0"]
    assert cells[0][1:4] == ["6,1", "6,7", "6,5"]
    assert not [cell for row in cells for cell in row if "%" in cell or "index" in cell]


def plain(html: str) -> str:
    """The words of a piece of HTML."""
    return " ".join(re.sub(r"<[^>]*>", " ", html).replace(" ,", ",").split())


def test_a_hidden_value_says_why_in_plain_words_and_never_a_number() -> None:
    hidden = figure("x", HIDDEN, riket=MISSING, group=None)
    assert figure_words(hidden) == "Värdet visas inte: för få elever."
    html = str(body_html(build_content(full_material(figures=(hidden,), goals=()))))
    cells = re.findall(r'<td class="num u-own">(.*?)</td>', html, re.DOTALL)
    assert [re.sub(r"<.*?>|\s", "", cell) for cell in cells] == ["..visasinte"]
    assert "<svg" not in html


def test_figures_that_may_no_longer_be_used_say_so_and_nothing_else() -> None:
    bar = Bar("2 § förordningen (2026:12)", ended="2026-06-30")
    barred = figure("x", MISSING, riket=MISSING, group=None, bar=bar)
    content = build_content(full_material(figures=(barred,), goals=()))
    told = (
        "Uppgifterna får inte längre användas: 2 § förordningen (2026:12) gällde till och med 30 juni 2026."
    )
    for html in (str(body_html(content)), document_html(content)):
        words = plain(html).replace("\xa0", " ")
        assert told in words
        assert "– används inte" in words
        assert "uppgift saknas" not in words, "it is not that there is none"
    assert json.loads(json.dumps(content)) == content


def test_no_value_that_is_not_a_number_is_shown_as_nought() -> None:
    figures = tuple(figure(kind, Value(kind)) for kind in ValueKind if kind not in KINDS_WITH_NUMBER)
    shown = present(build_content(full_material(figures=figures, goals=())))
    rows = [row for part in shown["other_results"] for row in part["figures"]]
    assert [row["own"]["text"] for row in rows] == [".", "..", "~100", "*"]
    assert [row["chart"] for row in rows] == ["", "", "", ""]
    assert {sign["sign"] for sign in shown["signs"]} == {".", "..", "~100", "*"}


def test_what_a_sign_says_all_by_itself_is_not_said_again() -> None:
    missing = figure("saknas", MISSING, group=None)
    shown = present(build_content(full_material(figures=(missing,), goals=())))
    assert [sign["meaning"] for sign in shown["signs"]] == ["uppgift saknas"]
    assert shown["reasons"] == []
    assert [row["why_hidden"] for part in shown["other_results"] for row in part["figures"]] == [""]


def test_indicators_that_are_measured_alike_share_one_definition() -> None:
    alike = tuple(replace(figure(key, number(1)), name=key, definition="0–20.") for key in ("b", "a"))
    shown = present(build_content(full_material(figures=alike, goals=())))
    assert shown["definitions"] == [{"names": ["a", "b"], "definition": "0–20."}]


def test_conditions_are_told_in_tables_without_charts() -> None:
    shown = present(build_content(full_material()))
    assert [len(part["figures"]) for part in shown["conditions"]] == [2]
    assert [part["charts"] for part in shown["conditions"]] == [[]]


def test_earlier_values_that_are_hidden_are_told_in_words() -> None:
    series = (
        PeriodValue("2020/21", NOT_APPLICABLE),
        PeriodValue("2021/22", MISSING),
        PeriodValue("2022/23", HIDDEN),
        PeriodValue("2023/24", number("71")),
        PeriodValue("2024/25", number("72.4")),
    )
    words = earlier_words(figure("x", number("72.4"), series=series))
    assert words == ("2020/21: gäller inte · 2021/22: saknas · 2022/23: visas inte · 2023/24: 71,0\u00a0%")


def test_signs_are_for_the_eye_only_and_explained_under_their_table() -> None:
    """What is read aloud has words: a sign stands alone only in a legend, beside its meaning."""
    series = (PeriodValue("2023/24", HIDDEN), PeriodValue("2024/25", number(50)))
    figures = (learning("tal", number(50), series=series, boys=MISSING), *FIGURES[1:])
    html = str(body_html(build_content(full_material(figures=figures))))
    tables = re.findall(r"<table>.*?(?=<table>|<h2>)", html, re.DOTALL)
    for table in tables:
        signs = set(re.findall(r'<span aria-hidden="true">(.*?)</span>', table))
        assert signs == set(re.findall(r"<b>(.*?)</b>", table))
    aloud = re.sub(r'<span aria-hidden="true">.*?</span>|<b>.*?</b>|<dl class="u-legend">.*?</dl>', "", html)
    texts = [text.strip() for text in re.split(r"<[^>]*>", aloud)]
    assert [text for text in texts if ".." in text or text in {".", "~100", "*"}] == []
    assert "Tidigare: 2023/24: visas inte." in texts


def test_sexes_have_columns_only_where_an_indicator_is_by_sex() -> None:
    assert ">Flickor<" in str(body_html(build_content(full_material())))
    without = full_material(figures=(learning("x", number(50)),))
    assert ">Flickor<" not in str(body_html(build_content(without)))


def test_without_a_group_the_document_says_so() -> None:
    html = document_html(build_content(full_material(figures=(learning("x", number(50), group=None),))))
    assert "Ni jämförs inte med någon grupp." in html
    assert "ingen grupp" in html


def test_the_document_names_areas_strengths_and_needs_in_the_order_they_were_given() -> None:
    html = document_html(build_content(full_material()))
    assert html.index("Styrkor att bygga vidare på") < html.index("Fler når målen än hos de flesta.")
    assert html.index("Områden att utveckla") < html.index("Andelen behöriga lärare är något")


@pytest.mark.parametrize("material", [full_material(), preschool_material()], ids=["full", "preschool"])
def test_the_tone_is_never_that_of_an_inspection(material: object) -> None:
    text = document_html(build_content(material)).casefold()  # type: ignore[arg-type]
    assert [word for word in INSPECTION_WORDS if word in text] == []


def test_a_preschool_only_huvudman_still_gets_something_worth_reading() -> None:
    html = document_html(build_content(preschool_material()))
    assert "Det finns inga siffror att visa om er" in html
    assert "Här finns inga nationella siffror." in html
    assert "Hur mycket tid har era rektorer för undervisningens kvalitet?" in html
    assert "<dt>Barn i förskola</dt><dd>38</dd>" in html
    assert "<svg" not in html
    assert "Elever</dt>" not in html


def test_names_are_escaped() -> None:
    owner = preschool_material().owner
    evil = full_material(
        owner=owner.__class__("<script>x</script>", owner.type, owner.skolformer, 0, 1, 1, ())
    )
    assert "<script>x" not in document_html(build_content(evil))


def test_dates_are_written_in_words() -> None:
    assert day("2026-11-04") == "4 november 2026"


def test_only_the_paper_says_that_there_is_a_web_page_too() -> None:
    content = build_content(full_material())
    words = "Det finns också som webbsida i portalen."
    assert words in document_html(content)
    assert words not in body_html(content)
