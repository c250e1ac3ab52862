"""How editions and their parts are shown."""

from __future__ import annotations

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.templatetags.look import badge, day
from quality_system.edition_addresses import KIND_NAMES, address_of
from quality_system.edition_content import Part, edition_of
from quality_system.models import Edition, Indicator
from quality_system.wording import bar_words

register = template.Library()

BADGES = {Edition.State.DRAFT: "now", Edition.State.IN_FORCE: "ok", Edition.State.CLOSED: "off"}


@register.simple_tag
def edition_badge(edition: Edition) -> SafeString:
    """The edition's state as a badge."""
    return badge(BADGES[Edition.State(edition.state)], edition.get_state_display().capitalize())


@register.filter
def edition_period(edition: Edition) -> str:
    """`1 maj 2023–30 juni 2026`, `från 1 maj 2023`; of a draft the day that it can apply from."""
    begins = day(edition.valid_from)
    if edition.state == Edition.State.DRAFT:
        return _("tidigast från %(day)s") % {"day": begins}
    return f"{begins}–{day(edition.valid_to)}" if edition.valid_to else _("från %(day)s") % {"day": begins}


@register.filter
def address(part: Part) -> str:
    """The page of a part."""
    return address_of(part)


@register.simple_tag
def part_deed(name: str, part: Part, *more: str) -> str:
    """The address of something that is done with a part."""
    return reverse(f"admin:{name}", args=[edition_of(part).pk, KIND_NAMES[type(part)], part.pk, *more])


@register.filter
def why_not_used(indicator: Indicator) -> str:
    """Why the law does not let the figures be used today; empty where it does."""
    bar = indicator.bar_on(timezone.localdate())
    return capfirst(f"{bar_words(bar)}.") if bar else ""
