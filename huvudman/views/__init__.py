"""The pages of the register in the staff site."""
