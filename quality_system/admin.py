"""The statistics in the staff site, to look at; editions have pages of their own (`views/editions.py`)."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import OuterRef, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from accounts.adminsite import RailEntry, site
from accounts.register_admin import RegisterAdmin
from accounts.templatetags.look import moment
from quality_system import staffpages
from quality_system.models import (
    Indicator,
    ObservedValue,
    Organizers,
)
from quality_system.values import format_value
from quality_system.wording import SOURCES, source_name, spoken

__all__ = ["staffpages"]


class CurrentFilter(admin.SimpleListFilter):
    """Values that hold now, unless former versions are asked for."""

    title = _("version")
    parameter_name = "version"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("former", _("ersatta värden"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ObservedValue]) -> QuerySet[ObservedValue]:
        return queryset.filter(superseded_at__isnull=self.value() != "former")


class SourceFilter(admin.SimpleListFilter):
    """Values of one source, named in words."""

    title = _("källa")
    parameter_name = "source"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(SOURCES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[ObservedValue]) -> QuerySet[ObservedValue]:
        return queryset.filter(source=self.value()) if self.value() in SOURCES else queryset


@admin.register(ObservedValue, site=site)
class ObservedValueAdmin(RegisterAdmin):
    """Observed values, to look at. They come from imports only, and are never sorted by their numbers."""

    list_display = (
        "indicator",
        "whose",
        "level",
        "sex",
        "period",
        "shown",
        "origin",
        "source_version",
    )
    list_filter = (CurrentFilter, "level", "kind", "sex", SourceFilter)
    list_select_related = ("huvudman", "unit", "kommun", "lan")
    search_fields = ("indicator_key", "huvudman__name", "unit__name", "unit_code")
    search_help_text = _("Sök på indikatorns nyckel, huvudman, skolenhet eller skolenhetskod.")
    sortable_by = ("indicator", "period", "origin")
    ordering = ("-pk",)
    show_full_result_count = False
    list_per_page = 50
    fields = (
        "indicator", "key", "whose", "level", "sex", "period", "shown", "count", "is_derived", "origin",
        "source_version", "fetched", "version", "replaced",
    )  # fmt: skip

    def get_queryset(self, request: HttpRequest) -> QuerySet[ObservedValue]:
        named = Indicator.objects.filter(key=OuterRef("indicator_key")).order_by(
            "-edition__valid_from", "-pk"
        )
        return super().get_queryset(request).annotate(indicator_name=Subquery(named.values("name")[:1]))

    @admin.display(description=_("indikator"), ordering="indicator_key")
    def indicator(self, value: ObservedValue) -> str:
        return value.indicator_name or value.indicator_key  # type: ignore[attr-defined]

    @admin.display(description=_("källa"), ordering="source")
    def origin(self, value: ObservedValue) -> str:
        return source_name(value.source)

    @admin.display(description=_("nyckel"))
    def key(self, value: ObservedValue) -> str:
        return value.indicator_key

    @admin.display(description=_("hämtat"))
    def fetched(self, value: ObservedValue) -> str:
        return moment(value.retrieved_at)

    @admin.display(description=_("ersatt"), empty_value="–")
    def replaced(self, value: ObservedValue) -> str | None:
        return moment(value.superseded_at) or None

    @admin.display(description=_("gäller"))
    def whose(self, value: ObservedValue) -> str:
        unit = str(value.unit or value.unit_code)
        place = unit or str(value.huvudman or value.kommun or value.lan or _("riket"))
        if value.organizers == Organizers.ALL:
            return place
        return f"{place} ({value.get_organizers_display()})"

    @admin.display(description=_("värde"))
    def shown(self, row: ObservedValue) -> str | SafeString:
        value = row.value
        if not value.is_hidden:
            return format_value(value)
        return format_html(
            '<span aria-hidden="true">{}</span> <span class="text-secondary">{}</span>',
            format_value(value),
            spoken(value),
        )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


site.add_rail_entry(RailEntry(_("Kvalitetssystem"), "admin:editions", "quality", 50))
site.add_rail_entry(
    RailEntry(
        _("Statistik"), "admin:quality_system_observedvalue_changelist", "statistics", 60, app="statistik"
    )
)
