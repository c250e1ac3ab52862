"""Forms: they parse what was typed and call one verb."""
