"""How gunicorn writes its log: `gunicorn --config config/gunicorn.py config.wsgi`."""

from __future__ import annotations

from typing import Any

from gunicorn.config import Config
from gunicorn.glogging import Logger

from accounts.masking import MaskingFormatter


class MaskingLogger(Logger):
    """Masks what gunicorn says as the site's own logging does."""

    def setup(self, cfg: Config) -> None:
        """Open the logs."""
        super().setup(cfg)
        for log, form in ((self.error_log, self.error_fmt), (self.access_log, self.access_fmt)):
            for handler in log.handlers:
                handler.setFormatter(MaskingFormatter(form, self.datefmt))

    def atoms(self, *args: Any) -> dict[str, Any]:
        """What a line of the access log may have in it; the path on one line, whatever signs it has."""
        atoms: dict[str, Any] = super().atoms(*args)
        path = atoms["U"] or "-"  # none where the request could not be read
        return atoms | {"U": path.encode("unicode_escape").decode("ascii")}


logger_class = MaskingLogger
accesslog = "-"
# Neither the query nor the page somebody came from: they say what was searched for, and have links in full.
access_log_format = '%(h)s %(t)s "%(m)s %(U)s" %(s)s %(B)s %(M)s ms "%(a)s"'
