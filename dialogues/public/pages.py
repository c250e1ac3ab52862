"""Which open pages there are. Each has a text of its own that staff may change."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class OpenPage:
    """An open page: its name (of address, texts and template), route, and label in menus.

    `more` tells whether a template `public/more/NAME.html` follows the text; `guide` whether the page is one
    of those that tell about the dialogues, in their order.
    """

    name: str
    route: str
    label: str | Promise
    more: bool = False
    guide: bool = True


PAGES = (
    OpenPage("about", "om/", _("Om dialogerna")),
    OpenPage("parts", "tre-delar/", _("De tre delarna"), more=True),
    OpenPage("why", "varfor/", _("Varför delta?")),
    OpenPage("prepare", "forbered/", _("Förbered er")),
    OpenPage("day", "dagen/", _("Dagen för dialogen")),
    OpenPage("afterwards", "efterat/", _("Arbeta vidare")),
    OpenPage("voices", "roster/", _("Röster"), more=True),
    OpenPage("webinar", "webbinarium/", _("Webbinarium"), more=True),
    OpenPage("system", "kvalitetssystemet/", _("Kvalitetssystemet"), more=True),
    OpenPage("not_invited", "inte-inbjudna/", _("Inte inbjudna än?")),
    OpenPage("contact", "kontakt/", _("Kontakt"), more=True, guide=False),
    OpenPage("accessibility", "tillganglighet/", _("Tillgänglighet"), guide=False),
    OpenPage("personal_data", "personuppgifter/", _("Personuppgifter"), guide=False),
)
BY_NAME = {page.name: page for page in PAGES}
GUIDE = tuple(page for page in PAGES if page.guide)
