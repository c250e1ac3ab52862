"""What huvudmän think of the parts of a dialogue, kept and shown so that nobody can tell who said what."""
