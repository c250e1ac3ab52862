"""Measurements against plain baselines, taken in the same run. Start with `python -m bench [names]`."""
