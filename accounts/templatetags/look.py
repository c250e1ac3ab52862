"""Template tags and filters for how things are written and shown. Usage: docs/look.md."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from django import template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Page
from django.forms import BaseForm, BoundField
from django.templatetags.static import static
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from accounts.models import StaffRole, User
from accounts.personnummer import mask_address
from accounts.rules import staff_roles

register = template.Library()

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"
BADGE_ICONS: Mapping[str, str] = {
    "ok": "check-circle",
    "now": "now",
    "wait": "clock",
    "note": "warning",
    "stop": "stop",
    "off": "off",
}


@register.simple_tag
@cache
def icon(name: str) -> SafeString:
    """An icon of our sprite, hidden from screen readers: the word beside it carries the meaning."""
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>',
        static("img/icons.svg"),
        name,
    )


@register.simple_tag
def badge(kind: str, text: object, icon_name: str = "") -> SafeString:
    """A status: icon and word. `kind` is one of ok, now, wait, note, stop, off; unknown kinds read as off."""
    kind = kind if kind in BADGE_ICONS else "off"
    shown = icon(icon_name or BADGE_ICONS[kind])
    return format_html('<span class="badge-status badge-{}">{}{}</span>', kind, shown, capfirst(str(text)))


@register.filter
def masked(text: object) -> str:
    """The text without personnummer: `190101-XXXX`. Public ids in addresses stay whole."""
    return mask_address(str(text or ""))


@register.filter
def number(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    """A number as written in running text: `1 234,5` (English `1,234.5`), minus as −, nothing for None."""
    if value is None or value == "":
        return ""
    exact = Decimal(str(value))
    shown = f"{abs(exact):,f}" if decimals is None else f"{abs(exact):,.{int(decimals)}f}"
    if not (translation.get_language() or "sv").startswith("en"):
        shown = shown.replace(",", NO_BREAK_SPACE).replace(".", ",")
    return f"{MINUS if exact < 0 and any(c in '123456789' for c in shown) else ''}{shown}"


@register.filter
def percent(value: Decimal | float | int | None, decimals: int | None = None) -> str:
    """A share already in percent: `81 %` (English `81%`)."""
    shown = number(value, decimals)
    space = "" if (translation.get_language() or "sv").startswith("en") else NO_BREAK_SPACE
    return f"{shown}{space}%" if shown else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Day and time in words, Stockholm time: `24 november 2026 kl. 13.15`."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return _("%(day)s kl. %(time)s") % {"day": day(local), "time": clock(local)}


@register.filter
def day(value: date | None) -> str:
    """A day in words: `24 november 2026`."""
    if value is None:
        return ""
    if isinstance(value, datetime) and timezone.is_aware(value):
        value = timezone.localtime(value)
    return date_format(value, "j F Y").replace(" ", NO_BREAK_SPACE)


@register.filter
def clock(value: datetime | None) -> str:
    """A time of day, Stockholm time: `13.15`."""
    if value is None:
        return ""
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return f"{local.hour:02d}.{local.minute:02d}"


@register.simple_tag
def page_links(page: Page[Any]) -> list[int | None]:
    """Page numbers around `page`; None marks a gap."""
    numbers = page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1)
    return [n if isinstance(n, int) else None for n in numbers]


@register.filter
def target(field: BoundField) -> str:
    """The id of a field's first control, for links from the error summary."""
    return field.id_for_label or (f"{field.auto_id}_0" if field.auto_id else field.html_name)


@register.filter
def has_errors(form: BaseForm | Iterable[BaseForm] | None) -> bool:
    """Whether a form, or any form of a formset, was sent with errors."""
    if not form:
        return False
    forms = [form] if isinstance(form, BaseForm) else list(form)
    return any(f.is_bound and f.errors for f in forms)


@register.filter
def undo_url(message: Message) -> str:
    """Where to post to undo what `message` tells, or nothing. See `accounts.flash`."""
    tags = message.extra_tags or ""
    return tags.removeprefix("undo:") if tags.startswith("undo:/") else ""


@register.filter
def tel(phone: str) -> str:
    """A telephone number as a link wants it: `08-465 004 00` → `+46846500400`."""
    digits = "".join(c for c in phone if c.isdigit() or c == "+")
    return f"+46{digits[1:]}" if digits.startswith("0") else digits


@register.filter
def yes_or_no(value: object) -> str:
    """A truth in a word; a dash when it is not known."""
    if value is None:
        return "–"
    return _("ja") if value else _("nej")


@register.filter
def role_names(user: User) -> str:
    """A member of staff's roles in words, without asking the database anew: `planerare, dialogledare`."""
    return ", ".join(str(StaffRole(role).label) for role in StaffRole.values if role in staff_roles(user))
