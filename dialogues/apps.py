"""The dialogues: plan, letters, meetings, questions, follow-up."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class DialoguesConfig(AppConfig):
    name = "dialogues"
    verbose_name = _("Dialoger")

    def ready(self) -> None:
        from dialogues.evaluation.questionnaires import put_in_questionnaires
        from dialogues.letters import checks  # noqa: F401  (registers itself)
        from dialogues.queries import dialogues_by_edition
        from quality_system.domain.editions import COUNTS

        COUNTS.append(dialogues_by_edition)
        post_migrate.connect(put_in_questionnaires, sender=self)
