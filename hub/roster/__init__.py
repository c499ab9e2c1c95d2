"""People, units, enrolment and what kiosks must know of them."""
