"""What every register in the staff site stands on: its lists filter by what they show filters for, only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import get_fields_from_path, unquote
from django.core.exceptions import BadRequest, ValidationError
from django.db.models import DateField
from django.db.models.options import Options
from django.http import HttpRequest, HttpResponse

from accounts.free_text import keep_out_personnummer
from accounts.personnummer import mask_address


class RegisterAdmin(admin.ModelAdmin):
    """A register of the staff site.

    Django lets an address filter a list by every field of its rows, shown or not, and so tell what stands
    in it, figure by figure. Here an address filters only by what the list has a filter for.
    """

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Whether the address may filter by `lookup`; if not, Django answers 400."""
        return lookup in set(self._filter_lookups(request))

    def to_field_allowed(self, request: HttpRequest, to_field: str) -> bool:
        """Rows are pointed at by their keys only."""
        return to_field == self.opts.pk.name

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field:
            keep_out_personnummer(db_field.name, field)
        return field

    def response_action(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse | None:
        """Answer 400 when what is said to be chosen are no keys of rows."""
        for key in request.POST.getlist(ACTION_CHECKBOX_NAME):
            if not self._is_key(key):
                raise BadRequest("no key of a row")
        return super().response_action(request, *args, **kwargs)

    def _is_key(self, text: str) -> bool:
        try:
            self.opts.pk.to_python(text)
        except ValidationError:
            return False
        return "\x00" not in text

    def _get_obj_does_not_exist_redirect(
        self, request: HttpRequest, opts: Options[Any], object_id: str
    ) -> HttpResponse:
        """A personnummer typed as a row's key is not said back."""
        return super()._get_obj_does_not_exist_redirect(request, opts, mask_address(unquote(object_id)))  # type: ignore[misc]

    def _filter_lookups(self, request: HttpRequest | None) -> Iterator[str]:
        """Every name that the filters of the list write in addresses."""
        for item in self.get_list_filter(request):  # type: ignore[arg-type]
            if isinstance(item, type) and issubclass(item, admin.SimpleListFilter):
                yield str(item.parameter_name)
            else:
                yield from self._field_lookups(item[0] if isinstance(item, (list, tuple)) else item)

    def _field_lookups(self, path: Any) -> Iterator[str]:
        """What Django's own filter on the field at `path` writes."""
        last: Any = get_fields_from_path(self.model, path)[-1]
        if not isinstance(last, DateField) or last.null:
            yield f"{path}__isnull"
        if last.is_relation:
            yield f"{path}__{last.target_field.name}__exact"
        elif isinstance(last, DateField):
            yield from (f"{path}__gte", f"{path}__lt")
        else:
            yield f"{path}__exact"
