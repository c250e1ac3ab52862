"""Parsers of the official register and of preschool lists. Plain Python, no Django."""
