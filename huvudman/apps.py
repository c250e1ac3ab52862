"""The register of huvudmän."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HuvudmanConfig(AppConfig):
    name = "huvudman"
    verbose_name = _("Huvudmän")
