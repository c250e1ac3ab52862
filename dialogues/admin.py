"""The dialogues' part of the staff site; Django finds it here."""

from dialogues import staffpages
from dialogues.views import underlag

__all__ = ["staffpages", "underlag"]
