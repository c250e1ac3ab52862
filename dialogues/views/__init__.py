"""Thin edges: parse, call one verb or query, answer."""
