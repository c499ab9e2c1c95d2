"""Backups of a hub: its database and the folder of its keys and pictures, in one archive that can be verified."""
