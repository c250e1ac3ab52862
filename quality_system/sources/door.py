"""The way out to sources on the web: paced, patient and bounded. Plain Python over httpx."""

from __future__ import annotations

import hashlib
import json
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx

ATTEMPTS = 6
LONGEST_WAIT = 60.0
TIMEOUT = 60.0
BUSY = frozenset({429, 500, 502, 503, 504})


class FetchFault(ValueError):
    """A source could not be fetched; the text says why, in Swedish, with the address."""


class Door:
    """Calls to one source: at most `calls` in `seconds`, tried again where the source is busy.

    With a folder for what is `kept`, an answer that the source gave an ETag is asked for again by it, and
    taken from the folder when it has not changed. `sleep` and `clock` are given by tests.
    """

    def __init__(
        self,
        client: httpx.Client,
        *,
        calls: int = 10,
        seconds: float = 10.0,
        kept: Path | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.client, self.seconds, self.kept = client, seconds, kept
        self.sleep, self.clock = sleep, clock
        self.made: deque[float] = deque(maxlen=calls)
        self.count = 0

    def get(self, address: str, accept: str = "application/json", **query: str | int) -> Any:
        """The JSON at an address; None where there is nothing (404). Raises FetchFault."""
        address = str(httpx.URL(address, params=query)) if query else address
        known = self._known(address)
        headers = {"Accept": accept} | ({"If-None-Match": known["etag"]} if known else {})
        response = self._send("GET", address, headers=headers)
        if response.status_code == httpx.codes.NOT_FOUND:
            return None
        if response.status_code == httpx.codes.NOT_MODIFIED and known:
            return known["answer"]
        answer = self._answer(response, address)
        self._keep(address, response.headers.get("ETag", ""), answer)
        return answer

    def post(self, address: str, question: object) -> Any:
        """The JSON that answers a question. Raises FetchFault."""
        return self._answer(self._send("POST", address, json=question), address)

    # Sending ----------------------------------------------------------------------------------------------
    def _send(self, method: str, address: str, **facts: Any) -> httpx.Response:
        said = ""
        for attempt in range(ATTEMPTS):
            self._pace()
            wait = 2.0**attempt
            try:
                response = self.client.request(method, address, timeout=TIMEOUT, **facts)
            except httpx.HTTPError as fault:
                said = type(fault).__name__
            else:
                if response.status_code not in BUSY:
                    return response
                said = str(response.status_code)
                wait = _retry_after(response) or wait
            if attempt < ATTEMPTS - 1:
                self.sleep(min(wait, LONGEST_WAIT))
        raise FetchFault(f"{address[:200]} svarade inte efter {ATTEMPTS} försök ({said})")

    def _pace(self) -> None:
        """Wait until the oldest of the last calls is out of the period."""
        if len(self.made) == self.made.maxlen:
            left = self.made[0] + self.seconds - self.clock()
            if left > 0:
                self.sleep(left)
        self.made.append(self.clock())
        self.count += 1

    def _answer(self, response: httpx.Response, address: str) -> Any:
        if response.status_code != httpx.codes.OK:
            raise FetchFault(f"{address[:200]} svarade {response.status_code}")
        try:
            return response.json()
        except ValueError as fault:
            raise FetchFault(f"{address[:200]} svarade med något annat än JSON") from fault

    # What is kept -----------------------------------------------------------------------------------------
    def _known(self, address: str) -> dict[str, Any] | None:
        path = self._path(address)
        if path is None or not path.exists():
            return None
        try:
            known = json.loads(path.read_text("utf-8"))
        except ValueError:
            return None
        whole = isinstance(known, dict) and known.get("address") == address and known.get("etag")
        return known if whole and "answer" in known else None

    def _keep(self, address: str, etag: str, answer: Any) -> None:
        path = self._path(address)
        if path is not None and etag:
            write_whole(path, json.dumps({"address": address, "etag": etag, "answer": answer}))

    def _path(self, address: str) -> Path | None:
        name = hashlib.sha256(address.encode()).hexdigest()
        return self.kept / f"{name}.json" if self.kept else None


def _retry_after(response: httpx.Response) -> float:
    told = response.headers.get("Retry-After", "")
    return float(told) if told.isascii() and told.isdecimal() else 0.0


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.part")
    part.write_text(text, "utf-8")
    part.replace(path)
