"""The analysunderlag as a document: what it says, how it looks, how it becomes a PDF."""
