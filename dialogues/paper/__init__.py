"""Letters on paper: written where no e-mail reaches a huvudman, printed and posted in runs."""

from dialogues.paper.writing import CODE_HERE, write_on_paper, write_paper_anew

__all__ = ["CODE_HERE", "write_on_paper", "write_paper_anew"]
