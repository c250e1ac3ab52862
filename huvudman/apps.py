"""The register of huvudmän."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HuvudmanConfig(AppConfig):
    name = "huvudman"
    verbose_name = _("Huvudmän")

    def ready(self) -> None:
        from accounts.entrance import add_voucher
        from huvudman.domain.sign_in import ContactVoucher

        add_voucher(ContactVoucher())
