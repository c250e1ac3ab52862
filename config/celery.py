"""The Celery application: at-least-once tasks, one at a time, with time limits."""

import os
from logging.config import dictConfig

from celery import Celery
from celery.signals import setup_logging
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("kvalitetsdialoger")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["dialogues.letters"])


@setup_logging.connect
def log_as_the_site_does(**_: object) -> None:
    """Keep to the site's logging, which masks; Celery's own writes a task's arguments down in full.

    What a task prints goes the same way. `LOG_LEVEL` decides how much is said, not `--loglevel`.
    """
    dictConfig(settings.LOGGING)
    app.log.redirect_stdouts(app.conf.worker_redirect_stdouts_level)
