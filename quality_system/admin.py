"""The quality system's reference data and figures in the staff site."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import admin, messages
from django.db.models import Count, Exists, Model, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.forms import ModelChoiceField
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import person
from accounts.adminsite import RailEntry, site
from accounts.domain.machine import NotPossible
from accounts.register_admin import RegisterAdmin
from accounts.templatetags.look import moment, number
from quality_system import staffpages
from quality_system.domain.editions import copy_edition, put_edition_in_force
from quality_system.forms import SkolformField, draft_objectives, draft_sub_goals
from quality_system.models import (
    Edition,
    Indicator,
    Objective,
    ObservedValue,
    Organizers,
    SubGoal,
    SuccessFactor,
)
from quality_system.values import format_value
from quality_system.wording import SOURCES, source_name, spoken

if TYPE_CHECKING:
    from accounts.models import User

__all__ = ["staffpages"]


class ContentAdmin(RegisterAdmin):
    """Content of an edition: written while it is a draft, read afterwards, example texts with their tag."""

    readonly_fields = ("example",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """While it is written a box to tick, afterwards the tag."""
        names = [name for name in super().get_fields(request, obj) if name != "example"]
        if self.has_change_permission(request, obj):
            return names
        return ["example" if name == "is_example_text" else name for name in names]

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and _is_open(obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and _is_open(obj)

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A choice is only a choice: what is chosen from is written in its own place."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field, ModelChoiceField):
            field.widget = getattr(field.widget, "widget", field.widget)
        return field

    @admin.display(description=_("exempeltext"), ordering="is_example_text")
    def example(self, row: Any) -> str:
        return example_tag(row.is_example_text)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "edition":
            kwargs["queryset"] = Edition.objects.filter(state=Edition.State.DRAFT)
        elif db_field.name == "objective":
            kwargs |= {"queryset": draft_objectives(), "form_class": SkolformField}
        elif db_field.name == "sub_goal":
            kwargs |= {"queryset": draft_sub_goals(), "form_class": SkolformField}
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


def example_tag(is_example: bool) -> str:
    """The tag of example texts; nothing for the agencies' own words."""
    return render_to_string("components/example_text.html") if is_example else ""


def _is_open(row: Any) -> bool:
    """Whether the edition that `row` is, or belongs to, is a draft."""
    if row is None:
        return True
    edition = getattr(row, "edition", None) or getattr(getattr(row, "objective", None), "edition", row)
    return edition.state == Edition.State.DRAFT


PARTS: tuple[tuple[type[Model], str], ...] = (
    (Objective, "edition"),
    (SubGoal, "objective__edition"),
    (Indicator, "edition"),
    (SuccessFactor, "edition"),
)
"""What an edition holds, and by which field."""


def _counter(model: type[Model]) -> str:
    return f"{model._meta.model_name}_count"


def _count(model: type[Model], field: str) -> Coalesce:
    """How many rows of the model the edition has."""
    rows = model._default_manager.filter(**{field: OuterRef("pk")}).order_by().values(field)
    return Coalesce(Subquery(rows.annotate(n=Count("pk")).values("n")), 0)


def _name(model: type[Model]) -> str:
    return str(model._meta.verbose_name_plural)


@admin.register(Edition, site=site)
class EditionAdmin(ContentAdmin):
    """Editions. Their state is changed by the actions only."""

    list_display = ("name", "state", "valid_from", "valid_to", "example", "contents")
    list_filter = ("state",)
    readonly_fields = ("state", "contents", "example")  # type: ignore[assignment]
    actions = ("put_in_force", "copy")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Edition]:
        own = Q(edition=OuterRef("pk"), is_example_text=True)
        below = Q(objective__edition=OuterRef("pk"), is_example_text=True)
        examples = (
            Exists(Objective.objects.filter(own))
            | Exists(SuccessFactor.objects.filter(own))
            | Exists(SubGoal.objects.filter(below))
        )
        rows = super().get_queryset(request).annotate(examples=examples)
        return rows.annotate(**{_counter(model): _count(model, field) for model, field in PARTS})

    def get_fields(self, request: HttpRequest, obj: Edition | None = None) -> list[Any]:
        return ["name", "valid_from", "valid_to", "state", *(["contents", "example"] if obj else [])]

    @admin.display(description=_("innehåll"))
    def contents(self, edition: Edition) -> SafeString:
        links = [
            (_list_of(model), field, edition.pk, _name(model), number(getattr(edition, _counter(model))))
            for model, field in PARTS
        ]
        return format_html_join(", ", '<a href="{}?{}__id__exact={}">{} ({})</a>', links)

    @admin.display(description=_("exempeltext"), ordering="examples")
    def example(self, row: Any) -> str:
        return example_tag(row.examples)

    @admin.action(description=_("Låt utgåvan börja gälla"), permissions=["put_in_force"])
    def put_in_force(self, request: HttpRequest, queryset: QuerySet[Edition]) -> None:
        if queryset.count() != 1:
            self.message_user(request, gettext("Välj en enda utgåva."), messages.ERROR)
            return
        try:
            edition = put_edition_in_force(edition=queryset.get(), actor=_actor(request))
        except NotPossible as reason:
            self.message_user(request, str(reason), messages.ERROR)
            return
        text = gettext("”%(edition)s” gäller nu. Pågående dialoger behåller sin utgåva.")
        self.message_user(request, text % {"edition": edition}, messages.SUCCESS)

    @admin.action(description=_("Gör en kopia som utkast"), permissions=["add"])
    def copy(self, request: HttpRequest, queryset: QuerySet[Edition]) -> None:
        for edition in queryset:
            made = copy_edition(edition=edition, actor=_actor(request))
            text = gettext("”%(edition)s” är skapad som utkast.") % {"edition": made}
            self.message_user(request, text, messages.SUCCESS)

    def has_put_in_force_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("quality_system.put_edition_in_force")


def _list_of(model: type[Model]) -> str:
    return reverse(f"admin:quality_system_{model._meta.model_name}_changelist")


@admin.register(Objective, site=site)
class ObjectiveAdmin(ContentAdmin):
    list_display = ("text", "skolform", "edition", "example")
    list_filter = ("edition", "skolform", "is_example_text")
    list_select_related = ("edition",)
    search_fields = ("text",)


@admin.register(SubGoal, site=site)
class SubGoalAdmin(ContentAdmin):
    list_display = ("text", "number", "skolform", "area", "example")
    list_filter = ("objective__edition", "objective__skolform", "area", "is_example_text")
    list_select_related = ("objective__edition",)
    search_fields = ("text",)

    @admin.display(description=_("skolform"), ordering="objective__skolform")
    def skolform(self, goal: SubGoal) -> str:
        return goal.objective.get_skolform_display()


@admin.register(Indicator, site=site)
class IndicatorAdmin(ContentAdmin):
    list_display = ("name", "skolform", "kind", "unit", "direction", "origin", "publication")
    list_filter = ("edition", "skolform", "kind", "publication")
    list_select_related = ("edition",)
    search_fields = ("name", "key", "definition")

    @admin.display(description=_("källa"), ordering="source")
    def origin(self, indicator: Indicator) -> str:
        return source_name(indicator.source)


@admin.register(SuccessFactor, site=site)
class SuccessFactorAdmin(ContentAdmin):
    list_display = ("text", "number", "edition", "example")
    list_filter = ("edition", "is_example_text")
    list_select_related = ("edition",)
    search_fields = ("text",)


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


def _actor(request: HttpRequest) -> Any:
    user: User = request.user  # type: ignore[assignment]
    return person(user)


site.add_rail_entry(
    RailEntry(
        _("Kvalitetssystem"), "admin:quality_system_edition_changelist", "quality", 50, app="quality_system"
    )
)
site.add_rail_entry(
    RailEntry(
        _("Statistik"), "admin:quality_system_observedvalue_changelist", "statistics", 60, app="statistik"
    )
)
