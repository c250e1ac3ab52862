"""The plain way to show a list: one query for fifty rows and one table, in a bare view.

The same middleware and sign-in as our own pages stand before them: they are served by the same site.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import URLPattern, path

from dialogues.models import Dialogue, InvitationBatch, Letter, MeetingKind, Seat
from huvudman.models import Huvudman, SchoolUnit

SIZE = 50
HEAD = "<!DOCTYPE html><html lang=sv><title>Lista</title><h1>Lista</h1><table>{% for row in rows %}<tr>"
TAIL = "</tr>{% endfor %}</table>"
CELLS = {
    "huvudman": """<td><a href="{% url "admin:huvudman" row.public_id %}">{{ row.name }}</a></td>
      <td>{{ row.get_type_display }}</td><td>{{ row.main_kommun.name }}</td>
      <td>{{ row.main_kommun.lan.name }}</td><td>{{ row.size }}</td>
      <td>{% for form in row.skolformer %}{{ form }} {% endfor %}</td>""",
    "dialogues": """<td><a href="{% url "admin:dialogue" row.public_id %}">{{ row.huvudman.name }}</a></td>
      <td>{{ row.huvudman.get_type_display }}</td><td>{{ row.huvudman.main_kommun.lan.name }}</td>
      <td>{{ row.batch.year }}:{{ row.batch.number }}</td><td>{{ row.get_state_display }}</td>
      <td>{{ row.meets_at|date:"Y-m-d H.i" }}</td><td>{{ row.state_since|date:"Y-m-d" }}</td>""",
    "batches": """<td><a href="{% url "admin:batch" row.public_id %}">{{ row.year }}:{{ row.number }}</a></td>
      <td>{{ row.cycle.name }}</td><td>{{ row.get_state_display }}</td>
      <td>{{ row.send_at|date:"Y-m-d H.i" }}</td><td>{{ row.answer_by|date:"Y-m-d" }}</td>""",
    "letters": """<td><a href="{% url "admin:letter" row.public_id %}">{{ row.title }}</a></td>
      <td>{{ row.recipient }}</td><td>{{ row.dialogue.huvudman.name }}</td>
      <td>{{ row.batch.year }}:{{ row.batch.number }}</td><td>{{ row.get_state_display }}</td>
      <td>{{ row.queued_at|date:"Y-m-d H.i" }}</td><td>{{ row.sent_at|date:"Y-m-d H.i" }}</td>""",
    "huvudman_register": """<td><a href="{{ row.pk }}/">{{ row.name }}</a></td><td>{{ row.shown_orgnr }}</td>
      <td>{{ row.get_type_display }}</td><td>{{ row.get_legal_form_display }}</td>
      <td>{{ row.main_kommun.name }}</td><td>{{ row.get_size_class_display }}</td>
      <td>{{ row.koncern.name }}</td>""",
    "units": """<td><a href="{{ row.pk }}/">{{ row.name }}</a></td><td>{{ row.code }}</td>
      <td>{{ row.huvudman.name }}</td><td>{{ row.kommun.name }}</td><td>{{ row.active_to }}</td>""",
}


def _dialogues() -> QuerySet[Dialogue]:
    meeting = Seat.objects.filter(dialogue=OuterRef("pk"), kind=MeetingKind.DIALOGUE, is_current=True)
    rows = Dialogue.objects.select_related("huvudman__main_kommun__lan", "batch")
    return rows.annotate(meets_at=Subquery(meeting.values("meeting__starts_at")[:1])).order_by(
        "-state_since", "-pk"
    )


ROWS: dict[str, Callable[[], QuerySet[Any]]] = {
    "huvudman": lambda: Huvudman.objects.select_related("main_kommun__lan").order_by("name", "pk"),
    "dialogues": _dialogues,
    "batches": lambda: InvitationBatch.objects.select_related("cycle").order_by("year", "number"),
    "letters": lambda: (
        Letter.objects.select_related("dialogue__huvudman", "batch")
        .defer("text", "html")
        .order_by("-queued_at", "-pk")
    ),
    "huvudman_register": lambda: Huvudman.objects.select_related("main_kommun", "koncern").order_by("name"),
    "units": lambda: SchoolUnit.objects.select_related("huvudman", "kommun").order_by("name"),
}


def plain_view(name: str) -> Callable[[HttpRequest], HttpResponse]:
    """A view of one page of the named list."""
    template = engines["django"].from_string(HEAD + CELLS[name] + TAIL)

    def view(request: HttpRequest) -> HttpResponse:
        first = (int(request.GET.get("page", 1)) - 1) * SIZE
        rows: QuerySet[Model] = ROWS[name]()[first : first + SIZE]
        return HttpResponse(template.render({"rows": rows}, request))

    return view


def patterns() -> list[URLPattern]:
    """The addresses of all the plain lists, `plain/<name>/`."""
    return [path(f"plain/{name}/", plain_view(name)) for name in CELLS]
