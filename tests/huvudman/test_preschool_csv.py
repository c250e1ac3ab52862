"""The list of huvudmän with preschool only: a slip in one row never hides another row."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from huvudman.register.preschool_csv import read_preschools
from huvudman.register.problems import Reason, RegisterFileError
from tests.huvudman.factories import orgnr

HEAD = "orgnr;namn;typ;juridisk form;kommunkod;barn;adress"
ORGNRS = [orgnr(n) for n in range(4)]
ROWS = [f"{number};Förskolan {n};enskild;41;0180;{n};Gatan {n}" for n, number in enumerate(ORGNRS)]
BODY = "\r\n".join(ROWS)


def listed(*rows: str) -> bytes:
    return "\r\n".join([HEAD, *rows, ""]).encode()


def spoiled(row: int, old: str, new: str) -> bytes:
    return listed(*(line.replace(old, new) if n == row else line for n, line in enumerate(ROWS)))


def problem_of(content: bytes) -> tuple[Reason, int]:
    with pytest.raises(RegisterFileError) as error:
        read_preschools(content)
    (problem,) = error.value.problems
    return problem.reason, problem.row


def test_a_quote_that_is_never_closed_is_an_error_at_its_line():
    assert problem_of(spoiled(1, "Gatan", '"Gatan')) == (Reason.BROKEN_ROW, 3)


def test_a_quote_closed_by_a_stray_one_further_down_is_an_error_at_its_line():
    rows = [*ROWS[:1], ROWS[1].replace("Gatan", '"Gatan'), ROWS[2], f'{ROWS[3]}"']
    assert problem_of(listed(*rows)) == (Reason.BROKEN_ROW, 3)


@given(st.lists(st.integers(0, len(BODY)), min_size=1, max_size=3))
@example([BODY.index("Gatan 1"), len(BODY)])
def test_stray_quotes_never_make_a_row_vanish(places):
    text = BODY
    for at in sorted(places, reverse=True):
        text = f'{text[:at]}"{text[at:]}'
    try:
        register = read_preschools(f"{HEAD}\n{text}\n".encode())
    except RegisterFileError:
        return  # refused whole: nothing is changed
    assert len(register.huvudman) + len(register.rejected) == len(ROWS)
    assert register.may_miss_any("huvudman") or register.mentioned_huvudman == set(ORGNRS)


def test_quotes_that_belong_together_are_no_error():
    register = read_preschools(spoiled(1, "Förskolan 1", '"Förskolan ""Ett""; norra"'))
    assert register.rejected == []
    assert register.huvudman[ORGNRS[1]].name == 'Förskolan "Ett"; norra'


@pytest.mark.parametrize("extra", [";", ";;  ;"])
def test_empty_cells_after_the_last_column_are_no_error(extra):
    register = read_preschools(spoiled(1, "Gatan 1", f"Gatan 1{extra}"))
    assert register.rejected == []
    assert len(register.huvudman) == len(ROWS)


def test_a_row_with_more_cells_than_the_header_is_left_out_and_keeps_whom_it_is_about():
    register = read_preschools(spoiled(1, "Förskolan 1", "Förskolan 1; norra"))
    (rejected,) = register.rejected
    assert (rejected.problem.reason, rejected.problem.row) == (Reason.WRONG_LENGTH, 3)
    assert rejected.key == ORGNRS[1]
    assert ORGNRS[1] in register.mentioned_huvudman
    assert set(register.huvudman) == set(ORGNRS) - {ORGNRS[1]}


def test_rows_with_one_number_are_all_left_out_and_may_be_about_anyone():
    register = read_preschools(spoiled(0, ORGNRS[0], ORGNRS[1]))
    places = [(r.problem.reason, r.problem.row, r.problem.detail, r.key) for r in register.rejected]
    assert places == [(Reason.DUPLICATE, 2, "3", ""), (Reason.DUPLICATE, 3, "2", "")]
    assert set(register.huvudman) == set(ORGNRS[2:])
    assert register.may_miss_any("huvudman")
