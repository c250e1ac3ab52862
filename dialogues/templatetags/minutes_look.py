"""How long something takes, in templates, from the table in `dialogues.minutes`."""

from __future__ import annotations

from django import template

from dialogues.minutes import MINUTES, about_minutes, needed_minutes

register = template.Library()


@register.inclusion_tag("components/minutes.html")
def minutes_for(key: str, within: str = "") -> dict[str, int]:
    """A tag that says about how many minutes something takes, and of how many they are a part, where it is a
    part of something `within` whose minutes are told elsewhere. Raises KeyError for what is not there.
    """
    return {"minutes": MINUTES[key]} | ({"whole": MINUTES[within]} if within else {})


@register.simple_tag
def minutes_of(key: str) -> int:
    """The number alone, for a sentence. Raises KeyError as `minutes_for`."""
    return MINUTES[key]


@register.simple_tag
def about(key: str) -> str:
    """The minutes in words for a sentence: "ungefär 2 minuter". Raises KeyError as `minutes_for`."""
    return about_minutes(MINUTES[key])


@register.filter
def in_minutes(minutes: int) -> str:
    """A number of minutes in words."""
    return about_minutes(minutes)


@register.simple_tag
def minutes_needed() -> int:
    """All that a huvudman needs to do itself before the dialogue."""
    return needed_minutes()
