"""A word to people before it is too late: sessions that close or were missed, letters and months that are due."""
