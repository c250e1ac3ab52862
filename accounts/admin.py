"""People, agencies and the log in the staff site."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.contrib import admin, messages
from django.contrib.admin.templatetags import admin_list
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, QuerySet
from django.http import HttpRequest
from django.urls import path
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.actors import Actor, person
from accounts.adminsite import RailEntry, site
from accounts.asked import only_key
from accounts.domain.machine import NotPossible
from accounts.domain.staff import reset_totp, set_may_sign_in
from accounts.forms import ForgottenPasswordForm
from accounts.models import Agency, AuditEntry, StaffMember, StaffRole, User
from accounts.personnummer import mask_personnummer
from accounts.register_admin import RegisterAdmin
from accounts.rules import SEES_SETTINGS
from accounts.staff_forms import KnownStaffForm, NewStaffForm
from accounts.templatetags.look import moment, yes_or_no
from accounts.views.settings import settings_page

# the pictures that Django shows for truths are called True and False in every language
admin_list._boolean_icon = yes_or_no  # type: ignore[attr-defined]


class Looked(RegisterAdmin):
    """Rows to look at; what may be done to them is done by verbs."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SignInActions(RegisterAdmin):
    """Stopping and allowing sign-in for the people of the chosen rows."""

    def has_manage_staff_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm("accounts.manage_staff")

    def person_of(self, row: Any) -> User:
        """The user whom a row is about."""
        return row

    @admin.action(description=_("Stoppa inloggningen"), permissions=["manage_staff"])
    def stop_sign_in(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, partial(set_may_sign_in, allowed=False), _("Kan inte längre logga in"))

    @admin.action(description=_("Tillåt inloggning"), permissions=["manage_staff"])
    def allow_sign_in(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        self._each(request, queryset, partial(set_may_sign_in, allowed=True), _("Kan logga in"))

    def _each(
        self, request: HttpRequest, queryset: QuerySet[Any], verb: Callable[..., None], done: Any
    ) -> None:
        """Do it to all the chosen, or, when the verb refuses one, to none."""
        people = [self.person_of(row) for row in queryset]
        try:
            with transaction.atomic():
                for user in people:
                    verb(user=user, actor=_actor(request))
        except NotPossible as reason:
            self.message_user(request, str(reason), messages.ERROR)
            return
        names = ", ".join(str(user) for user in people)
        self.message_user(request, f"{done}: {names}.", messages.SUCCESS)


class RoleFilter(admin.SimpleListFilter):
    """Staff with one of the roles."""

    title = _("roll")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return StaffRole.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[StaffMember]) -> QuerySet[StaffMember]:
        return queryset.filter(roles__contains=[self.value()]) if self.value() else queryset


@admin.register(StaffMember, site=site)
class StaffMemberAdmin(SignInActions):
    """Staff are taken in and changed here; nobody is taken away, but sign-in can be stopped."""

    list_display = ("name", "email", "works_at", "shown_roles", "may_sign_in", "has_app", "last_login")
    list_filter = ("agency", RoleFilter, ("user__is_active", admin.BooleanFieldListFilter))
    search_fields = ("user__name", "user__email")
    search_help_text = _("Sök på namn eller e-postadress.")
    list_per_page = 50
    show_full_result_count = False
    actions = ("stop_sign_in", "allow_sign_in", "reset_app")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StaffMember]:
        apps = Authenticator.objects.filter(user=OuterRef("user"), type=Authenticator.Type.TOTP)
        return super().get_queryset(request).select_related("user", "agency").annotate(app=Exists(apps))

    def get_form(
        self, request: HttpRequest, obj: StaffMember | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form = KnownStaffForm if obj else NewStaffForm
        bound = type(form.__name__, (form,), {"actor": _actor(request)})
        return super().get_form(request, obj, change, form=bound, fields=form.Meta.fields)

    def get_fields(self, request: HttpRequest, obj: StaffMember | None = None) -> tuple[str, ...]:
        if obj:
            return ("email", "works_at", "name", "roles", "title", "telephone", "is_active", "has_app")
        return NewStaffForm.Meta.fields

    def get_readonly_fields(self, request: HttpRequest, obj: StaffMember | None = None) -> tuple[str, ...]:
        return ("email", "works_at", "has_app") if obj else ()

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's verb has saved; a new member is sent a link to choose a password."""
        if not change:
            transaction.on_commit(partial(_send_password_link, request, obj.user.email))

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def person_of(self, row: StaffMember) -> User:
        return row.user

    @admin.action(
        description=_("Nollställ engångskoden (personen ställer in en ny app)"), permissions=["manage_staff"]
    )
    def reset_app(self, request: HttpRequest, queryset: QuerySet[StaffMember]) -> None:
        self._each(request, queryset, reset_totp, _("Ställer in en ny app vid nästa inloggning"))

    @admin.display(description=_("namn"), ordering="user__name")
    def name(self, member: StaffMember) -> str:
        return str(member.user)

    @admin.display(description=_("e-post"), ordering="user__email")
    def email(self, member: StaffMember) -> str:
        return member.user.email

    @admin.display(description=_("myndighet"), ordering="agency")
    def works_at(self, member: StaffMember) -> str:
        return str(member.agency)

    @admin.display(description=_("roller"))
    def shown_roles(self, member: StaffMember) -> str:
        return ", ".join(str(StaffRole(role).label) for role in member.roles) or "–"

    @admin.display(description=_("får logga in"), ordering="user__is_active")
    def may_sign_in(self, member: StaffMember) -> str:
        return yes_or_no(member.user.is_active)

    @admin.display(description=_("engångskod inställd"))
    def has_app(self, member: StaffMember) -> str:
        return yes_or_no(member.app)  # type: ignore[attr-defined]

    @admin.display(description=_("senast inloggad"), ordering="user__last_login")
    def last_login(self, member: StaffMember) -> str:
        return moment(member.user.last_login) or gettext("aldrig")


@admin.register(User, site=site)
class UserAdmin(SignInActions, Looked):
    """Everybody who has signed in or may: staff and huvudmän's contacts."""

    list_display = ("shown_name", "email", "works_here", "may_sign_in", "signed_in")
    list_filter = ("is_staff", "is_active")
    search_fields = ("name", "email")
    search_help_text = _("Sök på namn eller e-postadress.")
    ordering = ("name", "email")
    fields = ("name", "email", "works_here", "may_sign_in", "known_since", "signed_in")
    actions = ("stop_sign_in", "allow_sign_in")

    @admin.display(description=_("namn"), ordering="name")
    def shown_name(self, user: User) -> str:
        return str(user)

    @admin.display(description=_("arbetar på en myndighet"), ordering="is_staff")
    def works_here(self, user: User) -> str:
        return yes_or_no(user.is_staff)

    @admin.display(description=_("får logga in"), ordering="is_active")
    def may_sign_in(self, user: User) -> str:
        return yes_or_no(user.is_active)

    @admin.display(description=_("upplagd"))
    def known_since(self, user: User) -> str:
        return moment(user.date_joined)

    @admin.display(description=_("senast inloggad"), ordering="last_login")
    def signed_in(self, user: User) -> str:
        return moment(user.last_login) or gettext("aldrig")


@admin.register(Agency, site=site)
class AgencyAdmin(RegisterAdmin):
    """The agencies' names, senders and telephones. Which there are is not a matter for a form."""

    list_display = ("name", "sender", "telephone")
    fields = ("code", "name", "sender", "telephone")
    readonly_fields = ("code",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class SubjectFilter(admin.SimpleListFilter):
    """Entries about one kind of row."""

    title = _("gäller")
    parameter_name = "about"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        entries = AuditEntry.objects.filter(subject_type=OuterRef("pk"))
        kinds = ContentType.objects.filter(Exists(entries))
        return sorted(((str(kind.pk), kind.name) for kind in kinds), key=lambda choice: choice[1])

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        kind = only_key(self.value() or "")
        return queryset.filter(subject_type=int(kind)) if kind else queryset


@admin.register(AuditEntry, site=site)
class AuditEntryAdmin(Looked):
    """What was done, by whom, when: to read only."""

    list_display = ("when", "who", "verb", "about")
    list_filter = ("at", SubjectFilter)
    list_select_related = ("subject_type",)
    search_fields = ("actor_label", "verb")
    search_help_text = _("Sök på vem eller vad, till exempel ”dialogue.invited”.")
    sortable_by = ("when",)
    fields = ("when", "who", "verb", "about", "subject_now", "shown_facts")

    @admin.display(description=_("när"), ordering="at")
    def when(self, entry: AuditEntry) -> str:
        return moment(entry.at)

    @admin.display(description=_("vem"))
    def who(self, entry: AuditEntry) -> str:
        return entry.who

    @admin.display(description=_("gäller"))
    def about(self, entry: AuditEntry) -> str:
        return f"{entry.subject_type.name} {entry.subject_id}"

    @admin.display(description=_("heter nu"))
    def subject_now(self, entry: AuditEntry) -> str:
        return mask_personnummer(str(entry.subject)) if entry.subject else gettext("finns inte längre")

    @admin.display(description=_("uppgifter"))
    def shown_facts(self, entry: AuditEntry) -> SafeString:
        text = json.dumps(entry.facts, ensure_ascii=False, indent=2)
        return format_html('<pre class="mb-0">{}</pre>', mask_personnummer(text))


def _send_password_link(request: HttpRequest, email: str) -> None:
    form = ForgottenPasswordForm({"email": email})
    if form.is_valid():
        form.save(request)


def _actor(request: HttpRequest) -> Actor:
    return person(request.user)  # type: ignore[arg-type]


site.add_pages(lambda: [path("installningar/", site.admin_view(settings_page), name="settings")])
site.add_rail_entry(
    RailEntry(_("Inställningar"), "admin:settings", "settings", 90, frozenset(SEES_SETTINGS), "accounts")
)
