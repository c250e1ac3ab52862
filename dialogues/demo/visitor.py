"""A person with a browser, as far as forms and links go: cookies, and the form's hidden token sent back."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from http.cookiejar import CookieJar
from urllib.error import HTTPError
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

TIMEOUT = 60


class Visitor:
    """Gets pages and sends forms over real HTTP; remembers the page it stands on."""

    def __init__(self) -> None:
        self._open: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.url = ""
        self.page = ""
        self.status = 0

    def get(self, url: str) -> str:
        """Go to a page (absolute or relative) and answer its HTML."""
        return self._go(Request(urljoin(self.url, url)))  # noqa: S310  (http only: see _go)

    def send(self, **fields: str) -> str:
        """Fill in and send the form that has these fields; with none, the one that posts to its page."""
        fitting = [form for form in forms_in(self.page) if set(fields) <= form.names]
        form = next((form for form in fitting if fields or not form.action), None)
        if form is None:
            raise LookupError(f"no such form on {self.url} ({self.status})")
        data = urlencode({**form.values, **fields}, doseq=True).encode()
        target = urljoin(self.url, form.action or self.url)
        return self._go(Request(target, data=data, headers={"Referer": self.url}))  # noqa: S310

    def click(self, words: str) -> str:
        """Follow the first link whose text has the words."""
        for href, text in re.findall(r'<a[^>]*href="([^"]+)"[^>]*>(.*?)</a>', self.page, re.S):
            if words in re.sub(r"<[^>]+>", "", text):
                return self.get(href.replace("&amp;", "&"))
        raise LookupError(f"no link “{words}” on {self.url}")

    def _go(self, request: Request) -> str:
        if not request.full_url.startswith(("http://", "https://")):
            raise ValueError(f"not a web address: {request.full_url}")
        try:
            answer = self._open.open(request, timeout=TIMEOUT)
        except HTTPError as error:
            answer = error
        with answer:
            self.url, self.status = answer.geturl(), answer.status
            self.page = answer.read().decode(errors="replace")
        return self.page


class Form:
    """A form that posts: where to, and what its fields hold now."""

    def __init__(self, action: str) -> None:
        self.action = action
        self.values: dict[str, str] = {}
        self.names: set[str] = set()


class _Forms(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self._inside: Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = {name: value or "" for name, value in attrs}
        if tag == "form" and told.get("method", "").lower() == "post":
            self._inside = Form(told.get("action", ""))
            self.forms.append(self._inside)
        elif (
            tag in {"input", "select", "textarea", "button"} and self._inside is not None and told.get("name")
        ):
            self._inside.names.add(told["name"])
            if tag == "input":
                self._note(self._inside, told)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None

    def _note(self, form: Form, told: dict[str, str]) -> None:
        kind = told.get("type", "text")
        if kind in {"submit", "file"} or (kind in {"radio", "checkbox"} and "checked" not in told):
            return
        form.values[told["name"]] = told.get("value", "")


def forms_in(page: str) -> list[Form]:
    """The posting forms of a page, in order."""
    parser = _Forms()
    parser.feed(page)
    return parser.forms
