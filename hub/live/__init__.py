"""Attendance as it comes: what is new in the database, told once to every page that is open."""
