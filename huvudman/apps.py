"""The register of huvudmän."""

from typing import Any

from django.apps import AppConfig
from django.db.backends.signals import connection_created
from django.utils.translation import gettext_lazy as _


class HuvudmanConfig(AppConfig):
    name = "huvudman"
    verbose_name = _("Huvudmän")

    def ready(self) -> None:
        from accounts.entrance import add_voucher
        from huvudman.domain.sign_in import ContactVoucher

        add_voucher(ContactVoucher())
        connection_created.connect(_forgive_slips)


def _forgive_slips(connection: Any, **_more: Any) -> None:
    """How alike two words must be for the index of names to find them, in every new connection."""
    from huvudman.search import LIKE_ENOUGH

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, false)", [str(LIKE_ENOUGH)]
        )
