"""`python -m bench.peak COMMAND…` runs a command of manage.py; the last line tells its peak memory in kB.

Asked from inside, since what the system tells the parent includes the parent's own size before it began.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    execute_from_command_line(["manage.py", *sys.argv[1:]])
    found = re.search(r"VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text())
    print(found[1] if found else "0")
