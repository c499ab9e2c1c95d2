"""A regency that does not exist, for demonstrations, benchmarks and tests: people, hours, kiosks, punches and letters.

Everything is drawn from one seed, so that the same order gives the same rows. Rows are written straight into the
database; what kiosks sign and the hub verifies is not exercised here. All names are made up.
"""
