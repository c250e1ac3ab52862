"""The dialogues' part of the staff site; Django finds it here."""

from dialogues import staffpages

__all__ = ["staffpages"]
