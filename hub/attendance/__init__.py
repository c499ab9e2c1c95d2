"""What became of a working day: punches, letters and coverage folded into one AttendanceDay."""
