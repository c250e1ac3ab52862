"""Att göra i dag: everything that waits for somebody at the agencies, as one list."""

from dialogues.desk.filters import DeskFilter
from dialogues.desk.kinds import KINDS, kinds_for
from dialogues.desk.mine import meetings_of
from dialogues.desk.todo import Desk, Entry, Kind, Todo, Waiting, waiting

__all__ = [
    "KINDS",
    "Desk",
    "DeskFilter",
    "Entry",
    "Kind",
    "Todo",
    "Waiting",
    "kinds_for",
    "meetings_of",
    "waiting",
]
