"""`python -m bench [names]`: runs the named measurements, or all, and prints a table for each."""

from __future__ import annotations

import importlib
import os
import pkgutil
import sys

import django

import bench
from bench.marks import table


def measurements() -> list[str]:
    """Names of the modules that have a `run()`."""
    names = [module.name for module in pkgutil.iter_modules(bench.__path__) if module.name != "__main__"]
    return [name for name in names if hasattr(importlib.import_module(f"bench.{name}"), "run")]


def main(wanted: list[str]) -> int:
    """Run what is wanted; answer 2 for a name that is not there."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    known = measurements()
    unknown = set(wanted) - set(known)
    if unknown:
        print(f"No such measurement: {', '.join(sorted(unknown))}. There are: {', '.join(known)}.")
        return 2
    for name in wanted or known:
        module = importlib.import_module(f"bench.{name}")
        print(f"\n{name}: {(module.__doc__ or '').strip().splitlines()[0]}", flush=True)
        marks = module.run()
        print(table(marks) if marks else "  nothing measured", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
