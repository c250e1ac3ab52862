"""The outbox: letters are written as rows, then handed over to the mail server by a worker."""

from dialogues.letters.writing import Attachment, queue_letter, write_invitation_anew

__all__ = ["Attachment", "queue_letter", "write_invitation_anew"]
