"""The national quality system and its figures."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class QualitySystemConfig(AppConfig):
    name = "quality_system"
    verbose_name = _("Kvalitetssystem")

    def ready(self) -> None:
        from quality_system import admin  # noqa: F401  (its registers join the staff site)
