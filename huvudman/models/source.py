"""Where the register's rows come from."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Source(models.TextChoices):
    """Where a row of the register comes from: what one source says never closes another's rows."""

    REGISTER = "register", _("skolenhetsregistret")
    PRESCHOOL = "preschool", _("lista över förskolor")
    MANUAL = "manual", _("inlagd för hand")
    DEMO = "demo", _("exempel")
