"""Fuzzing of all that reads a stranger's bytes; ``python -m tests.fuzzing --help``."""
