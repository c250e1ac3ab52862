"""The statistician's pages in the staff site."""
