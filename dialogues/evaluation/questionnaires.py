"""The questionnaires that come with the system: reference data, put in whenever the database is migrated."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.apps import apps as registry

FILE = Path(__file__).parent.parent / "data" / "questionnaires.json"


def put_in_questionnaires(*, apps: Any = registry, **_signal: Any) -> None:
    """Put in the editions that are not there; those that are stay as they are, for they may be answered."""
    try:
        kinds = [apps.get_model("dialogues", name) for name in ("Questionnaire", "EvaluationQuestion")]
    except LookupError:  # the database is of before there were any
        return
    questionnaires, questions = (kind.objects for kind in kinds)
    for told in json.loads(FILE.read_text()):
        key = {"part": told["part"], "edition": told["edition"]}
        row, is_new = questionnaires.get_or_create(**key, defaults={"valid_from": told["valid_from"]})
        if is_new:
            questions.bulk_create(
                questions.model(questionnaire=row, number=number, **question)
                for number, question in enumerate(told["questions"], start=1)
            )
