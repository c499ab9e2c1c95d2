"""Recaps: attendance days added up for pay, for the forms of the regulation and for those who ask."""
