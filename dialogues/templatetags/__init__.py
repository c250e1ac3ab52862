"""Template tags of the dialogues."""
