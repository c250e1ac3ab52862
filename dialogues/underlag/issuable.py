"""What must hold of an underlag's words and figures before it is sent."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.machine import NotPossible
from dialogues.models import Underlag
from dialogues.underlag.content import figures_in
from quality_system.models import Edition, Indicator


def require_issuable(underlag: Underlag) -> None:
    """Raise NotPossible when the edition has example texts outside the demo, or the law no longer lets
    some of the figures be used.
    """
    require_official_texts(underlag.edition)
    require_usable_figures(underlag)


def require_official_texts(edition: Edition) -> None:
    """Raise NotPossible when the edition still has example texts, unless this is a demo."""
    if edition.contains_example_text and not settings.DEMO:
        raise NotPossible(
            _(
                "Utgåvan ”%(edition)s” innehåller exempeltext. Byt ut den mot de officiella lydelserna. "
                "Därefter kan underlaget tas fram på nytt och skickas."
            )
            % {"edition": edition}
        )


def require_usable_figures(underlag: Underlag) -> None:
    """Raise NotPossible when the underlag shows figures that may not be used since it was made.

    The content is only read where the edition has such an indicator.
    """
    ended = Indicator.objects.filter(edition=underlag.edition_id, usable_to__lt=timezone.localdate())
    names = dict(ended.values_list("key", "name"))
    shown = {f["key"] for f in figures_in(underlag.content) if not f.get("bar")} if names else set()
    if found := sorted(names[key] for key in names if key in shown):
        raise NotPossible(
            _("Uppgifterna får inte längre användas: %(names)s. Ta fram underlaget på nytt.")
            % {"names": ", ".join(found)}
        )
