"""When people are expected: policies, the hours of a day, overrides and holidays. Everything here is pure."""
