"""Kiosks: who they are, how they fare, what they must be told."""
