"""The summary of a dialogue as a document. The verbs are in dialogues/domain/summaries.py."""
