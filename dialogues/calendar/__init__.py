"""Calendar files (iCalendar, RFC 5545 and 5546). Plain Python, without Django."""

from dialogues.calendar.meeting import meeting_calendar

__all__ = ["meeting_calendar"]
