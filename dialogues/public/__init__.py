"""The open pages: their addresses, the texts that come with the program, and how texts become pages."""
