"""The plain ways that our own are measured against."""
