"""The certificate: counts made by hand."""

from __future__ import annotations

import json

from dialogues.planning import METHOD, Block, Unit, certify, plan

UNITS = [
    Unit("a", "01", "s1", "enskild", pupils=10),
    Unit("b", "01", "s1", "enskild", pupils=20),
    Unit("c", "01", "s2", "offentlig", pupils=30),
    Unit("d", "12", "s2", "offentlig", pupils=40),
]
LOPSIDED = {"a": Block(1, 1), "b": Block(1, 1), "c": Block(1, 2), "d": Block(2, 1)}


def certificate() -> dict:
    return certify(UNITS, LOPSIDED, years=2, batches=2)


def test_counts_per_family_level_and_block() -> None:
    found = certificate()
    assert found["blocks"] == ["1:1", "1:2", "2:1", "2:2"]
    assert found["counts"]["all"] == {"": [2, 1, 1, 0]}
    assert found["counts"]["region"] == {"01": [2, 1, 0, 0], "12": [0, 0, 1, 0]}
    assert found["counts"]["size_type"] == {"s1|enskild": [2, 0, 0, 0], "s2|offentlig": [0, 1, 1, 0]}
    assert found["counts"]["cell"]["12|s2|offentlig"] == [0, 0, 1, 0]


def test_pupils_per_block() -> None:
    assert certificate()["pupils"] == {"1:1": 30, "1:2": 30, "2:1": 40, "2:2": 0}


def test_worst_deviation_over_batches_and_years() -> None:
    worst = certificate()["worst"]
    assert worst["region"]["batch"] == {"deviation": 1.25, "level": "01", "breaches": 1}
    assert worst["region"]["year"] == {"deviation": 1.5, "level": "01", "breaches": 2}
    assert worst["all"]["batch"] == {"deviation": 1.0, "level": "", "breaches": 2}


def test_input_hash_follows_the_input_but_not_its_order() -> None:
    first = certificate()["input_sha256"]
    assert certify(UNITS[::-1], LOPSIDED, years=2, batches=2)["input_sha256"] == first
    changed = [Unit("a", "01", "s1", "enskild", pupils=11), *UNITS[1:]]
    assert certify(changed, LOPSIDED, years=2, batches=2)["input_sha256"] != first


def test_certificate_of_a_plan_is_json_and_names_seed_and_method() -> None:
    drawn = plan(UNITS, years=2, batches=2, seed="abc")
    stored = json.loads(json.dumps(drawn.certificate))
    assert (stored["seed"], stored["method"], stored["units"]) == ("abc", METHOD, 4)
    again = certify(UNITS, drawn.assignment, years=2, batches=2)
    assert {name: stored[name] for name in again} == again


def test_an_empty_register_has_an_empty_certificate() -> None:
    drawn = plan([], years=1, batches=2, seed="s")
    assert drawn.assignment == {}
    assert drawn.certificate["pupils"] == {"1:1": 0, "1:2": 0}
