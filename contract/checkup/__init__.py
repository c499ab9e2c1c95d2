"""Checks of a machine that kiosk and hub share: what a finding is, and what both of them have to look at."""
