"""The situation analysis: its parts, and the document it becomes. The verbs are in dialogues/domain."""
