"""The dialogues: plan, letters, meetings, questions, follow-up."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = _("Dialoger")

    def ready(self) -> None:
        from dialogues.letters import checks  # noqa: F401  (registers itself)
