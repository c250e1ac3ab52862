"""Texts to translate name only what they bind: a dotted name or a filter inside one is shown as nothing."""

import re
from pathlib import Path

import pytest

from tests.house.test_docs import ROOT

FOLDERS = [ROOT / name for name in ("templates", "accounts", "dialogues", "huvudman", "quality_system")]
TEMPLATES = [
    path for folder in FOLDERS for path in sorted(folder.rglob("*")) if path.suffix in {".html", ".txt"}
]
BLOCK = re.compile(r"{%\s*blocktrans(?:late)?\b.*?%}(?P<body>.*?){%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
NOT_PLAIN = re.compile(r"{{\s*\w+\s*[^\w\s}].*?}}")


def unbound(source: str) -> list[str]:
    """The variables in texts to translate that are not plain names."""
    return [name for block in BLOCK.finditer(source) for name in NOT_PLAIN.findall(block["body"])]


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_text_to_translate_names_only_what_it_binds(path: Path) -> None:
    assert unbound(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("{% blocktranslate %}Omgång {{ batch.year }}{% endblocktranslate %}", ["{{ batch.year }}"]),
        ("{% blocktrans trimmed asvar t %}\n{{ n|number }}{% endblocktrans %}", ["{{ n|number }}"]),
        ("{% blocktranslate count n=1 %}{{ n }}{% plural %}{{ n.x }}{% endblocktranslate %}", ["{{ n.x }}"]),
        ("{% blocktranslate with y=batch.year %}{{ y }}{% endblocktranslate %} {{ batch.year }}", []),
    ],
)
def test_what_is_refused_is_found(source: str, found: list[str]) -> None:
    assert unbound(source) == found
