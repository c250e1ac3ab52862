"""The register's reference data in the staff site; its pages are in `staffpages`."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.adminsite import site
from accounts.register_admin import RegisterAdmin
from huvudman import staffpages
from huvudman.models import Huvudman, Kommun, Koncern, Lan, RegionalOffice, SchoolUnit

__all__ = ["staffpages"]


class ReadOnly(RegisterAdmin):
    """A register to look in: it changes by imports and verbs."""

    def has_view_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("huvudman.read_register")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("huvudman.read_register")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Kept(ReadOnly):
    """Reference data that those who keep the register may add to and change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("huvudman.change_register")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("huvudman.change_register")


class OfficeForm(forms.ModelForm):
    """An office and the whole län that it looks after."""

    lan = forms.ModelMultipleChoiceField(
        label=_("Län"), queryset=Lan.objects.all(), required=False, widget=forms.CheckboxSelectMultiple
    )

    class Meta:
        model = RegionalOffice
        fields = ("name",)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.instance.pk and "lan" in self.fields:  # left out for those who only look
            self.fields["lan"].initial = list(self.instance.lan.all())


@admin.register(RegionalOffice, site=site)
class RegionalOfficeAdmin(Kept):
    form = OfficeForm
    list_display = ("name", "shown_lan")
    search_fields = ("name",)

    def get_fields(self, request: HttpRequest, obj: RegionalOffice | None = None) -> tuple[str, ...]:
        """Boxes to tick for those who may change, else the names of the län."""
        return ("name", "lan" if self.has_change_permission(request, obj) else "shown_lan")

    def get_queryset(self, request: HttpRequest) -> QuerySet[RegionalOffice]:
        return super().get_queryset(request).prefetch_related("lan")

    @admin.display(description=_("län"))
    def shown_lan(self, office: RegionalOffice) -> str:
        return ", ".join(lan.name for lan in office.lan.all()) or "–"

    def save_related(self, request: HttpRequest, form: OfficeForm, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        form.instance.lan.set(form.cleaned_data["lan"])


@admin.register(Lan, site=site)
class LanAdmin(ReadOnly):
    list_display = ("code", "name", "office")
    list_select_related = ("office",)


@admin.register(Kommun, site=site)
class KommunAdmin(ReadOnly):
    list_display = ("code", "name", "lan")
    list_select_related = ("lan",)
    list_filter = ("lan",)
    search_fields = ("name", "code")
    list_per_page = 50


@admin.register(Koncern, site=site)
class KoncernAdmin(Kept):
    list_display = ("name",)
    search_fields = ("name",)


@admin.register(Huvudman, site=site)
class HuvudmanAdmin(ReadOnly):
    """Only what staff themselves say of a huvudman can be changed here: its koncern."""

    list_display = ("name", "shown_orgnr", "type", "legal_form", "main_kommun", "size_class", "koncern")
    list_select_related = ("main_kommun", "koncern")
    list_filter = ("type", "size_class")
    search_fields = ("name",)
    list_per_page = 50
    show_full_result_count = False
    fields = ("name", "shown_orgnr", "koncern")
    readonly_fields = ("name", "shown_orgnr")

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return request.user.has_perm("huvudman.change_register")

    def formfield_for_dbfield(self, *args: Any, **kwargs: Any) -> Any:
        """A choice is only a choice, and needs no script: koncerner are written in their own place."""
        field = super().formfield_for_dbfield(*args, **kwargs)
        if isinstance(field, forms.ModelChoiceField):
            field.widget = getattr(field.widget, "widget", field.widget)
        return field

    @admin.display(description=_("organisationsnummer"))
    def shown_orgnr(self, huvudman: Huvudman) -> str:
        return huvudman.shown_orgnr


@admin.register(SchoolUnit, site=site)
class SchoolUnitAdmin(ReadOnly):
    list_display = ("name", "code", "huvudman", "kommun", "active_to")
    list_select_related = ("huvudman", "kommun")
    search_fields = ("name", "code")
    list_per_page = 50
    show_full_result_count = False
    exclude = ("huvudman",)
