"""Refused presentations: faces that a kiosk took for no living person, and the snapshots that go with them."""
