"""Analysunderlag: a batch of 100 in two processes, against WeasyPrint alone and against a plain document."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from functools import partial
from itertools import cycle, islice
from typing import TYPE_CHECKING

from bench.baselines.underlag import first_html, render_plainly
from bench.marks import Mark, in_turns
from bench.underlag_worker import made, size_after, warm
from dialogues.underlag.content import build_content
from dialogues.underlag.html import document_html
from dialogues.underlag.pdf import pdf_from
from tests.dialogues.underlag.owners import batch

if TYPE_CHECKING:
    from multiprocessing.pool import Pool

DOCUMENTS, WORKERS, ROUNDS = 100, 2, 1
MANY, WARM = 1_000, 200
SPAWN = multiprocessing.get_context("spawn")


def run() -> list[Mark]:
    """Make 100 documents of all kinds of huvudmän in each way, by turns, everything warm."""
    materials = list(islice(cycle(batch().values()), DOCUMENTS))
    htmls = [document_html(build_content(material)) for material in materials]
    with SPAWN.Pool(WORKERS, initializer=warm, initargs=(htmls[:2],)) as pool:
        marks = _throughput(pool, htmls)
    return [*marks, _rest(materials), *_memory(htmls)]


def _throughput(pool: Pool, htmls: Sequence[str]) -> list[Mark]:
    firsts = [first_html(html) for html in htmls]
    for html in (htmls[0], firsts[0]):
        render_plainly([html])
    pool.map(time.sleep, [0.5] * WORKERS, chunksize=1)  # both are warm when both have answered
    ours, plain, first = in_turns(
        ROUNDS,
        (_nothing, partial(_made_by, pool, htmls)),
        (_nothing, partial(render_plainly, htmls)),
        (_nothing, partial(render_plainly, firsts)),
    )
    return [
        Mark(
            "100 underlag, tagged, 2 processes",
            ours,
            plain,
            0.5,
            against="write_pdf of the same HTML, 1 process",
        ),
        Mark("the same", ours, first, 0.25, against="the document as first written, 1 process"),
    ]


def _rest(materials: Sequence[object]) -> Mark:
    """What else a document takes: freezing its content, words, charts and HTML."""
    some = materials[: len(batch())]
    whole, words = in_turns(
        3,
        (_nothing, lambda: [pdf_from(document_html(build_content(each))) for each in some]),  # type: ignore[arg-type]
        (_nothing, lambda: [document_html(build_content(each)) for each in some]),  # type: ignore[arg-type]
    )
    return Mark("content, words and charts", words, whole, 0.15, against="all of a document")


def _memory(htmls: Sequence[str]) -> list[Mark]:
    """The size of a worker that makes 1 000 documents, and how much it grew after the first 200."""
    with SPAWN.Pool(1, initializer=warm, initargs=(htmls[:1],)) as pool:
        sizes = pool.map(size_after, islice(cycle(htmls), MANY), chunksize=1)
    early, late = max(sizes[:WARM]), max(sizes[WARM:])
    return [
        Mark("a worker's size, 1 000 documents", max(early, late), None, 250, "MB"),
        Mark("its growth after the first 200", max(late - early, 0), None, 10, "MB"),
    ]


def _made_by(pool: Pool, htmls: Sequence[str]) -> None:
    pool.map(made, htmls, chunksize=1)


def _nothing() -> None:
    """Nothing is to be prepared."""
