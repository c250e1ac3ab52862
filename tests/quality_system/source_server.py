"""A server on this machine that answers as the sources do: planned-educations by its OpenAPI document."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from tests.quality_system.source_samples import dimension


class Call(NamedTuple):
    """What was asked: method, path, query, headers and body."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: Any


class Reply(NamedTuple):
    """What is answered."""

    status: int
    body: Any = None
    headers: dict[str, str] = {}


Answering = Callable[[Call], Reply]


@contextmanager
def serving(answering: Answering) -> Iterator[tuple[str, list[Call]]]:
    """Answer on a free port; gives the address and the list of calls that came."""
    calls: list[Call] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._answer("GET", None)

        def do_POST(self) -> None:
            self._answer("POST", json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

        def _answer(self, method: str, body: Any) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            call = Call(method, parts.path, query, dict(self.headers), body)
            calls.append(call)
            reply = answering(call)
            text = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", calls
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


# planned-educations ---------------------------------------------------------------------------------------
def planned_educations(document: dict[str, Any], units: list[str]) -> Answering:
    """Answers by the OpenAPI document: its paths, parameters and media types, with its examples as bodies."""

    def answering(call: Call) -> Reply:
        found = _operation(document, call.path)
        if found is None:
            return Reply(404, {"status": "NOT_FOUND"})
        operation, code = found
        media, described = next(iter(operation["responses"]["200"]["content"].items()))
        if fault := _bad_parameters(operation, call.query) or call.headers.get("Accept") != media:
            return Reply(400, {"status": "BAD_REQUEST", "message": str(fault)})
        if code and code not in units:
            return Reply(404, {"status": "NOT_FOUND"})
        body = json.loads(json.dumps(described["example"]))
        etag = f'"{call.path}"'
        if call.headers.get("If-None-Match") == etag:
            return Reply(304, b"")
        if call.path.endswith("/school-units"):
            _paged(body["body"], units, int(call.query["page"]), int(call.query["size"]))
            return Reply(200, body)
        body["body"] |= {part: code for part in ("code", "schoolUnit") if part in body["body"]}
        return Reply(200, body, {"ETag": etag})

    return answering


def _operation(document: dict[str, Any], path: str) -> tuple[dict[str, Any], str] | None:
    for template, methods in sorted(document["paths"].items(), key=lambda item: "{" in item[0]):
        match = re.fullmatch(re.sub(r"\{[^}]+\}", "([^/]+)", template), path)
        if match and "get" in methods:
            return methods["get"], match.group(1) if match.groups() else ""
    return None


def _bad_parameters(operation: dict[str, Any], query: dict[str, str]) -> str:
    known = {
        part["name"]: part["schema"] for part in operation.get("parameters", []) if part["in"] == "query"
    }
    for name, value in query.items():
        if name not in known:
            return f"unknown {name}"
        if known[name]["type"] == "integer" and int(value) > known[name]["maximum"]:
            return f"{name} too large"
    return ""


def _paged(body: dict[str, Any], units: list[str], page: int, size: int) -> None:
    first = body["_embedded"]["listedSchoolUnits"][0]
    shown = units[page * size : (page + 1) * size]
    body["_embedded"]["listedSchoolUnits"] = [first | {"code": code} for code in shown]
    pages = -(-len(units) // size)
    body["page"] = {"size": size, "totalElements": len(units), "totalPages": pages, "number": page}


# pxweb ----------------------------------------------------------------------------------------------------
def pxweb(levels: list[str], variables: list[str], times: list[str]) -> Answering:
    """A table: metadata without its levels, and json-stat2 where every cell holds its place in the whole."""

    def answering(call: Call) -> Reply:
        if call.method == "GET":
            told = [{"code": "variable", "values": variables}, {"code": "level", "values": []}]
            return Reply(
                200, {"title": "Grundskola", "variables": [*told, {"code": "time", "values": times}]}
            )
        chosen = {part["code"]: part["selection"] for part in call.body["query"]}
        asked = {code: selection["values"] for code, selection in chosen.items()}
        if chosen["level"]["filter"] == "top":
            asked["level"] = levels[: int(asked["level"][0])]
        return Reply(200, _dataset(asked))

    def _dataset(asked: dict[str, list[str]]) -> dict[str, Any]:
        labels = {code: {value: value for value in values} for code, values in asked.items()}
        labels["time"] = {value: f"{value}/{int(value) % 100 + 1:02}" for value in asked["time"]}
        cells = [
            levels.index(level) * 1000 + variables.index(variable) * 10 + times.index(time)
            for variable in asked["variable"]
            for level in asked["level"]
            for time in asked["time"]
        ]
        return {
            "class": "dataset",
            "version": "2.0",
            "label": "Grundskola",
            "id": list(asked),
            "size": [len(values) for values in asked.values()],
            "dimension": {code: dimension(labels[code]) for code in asked},
            "value": cells,
        }

    return answering
