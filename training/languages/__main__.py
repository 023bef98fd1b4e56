"""Measures the language detector: ``python -m training.languages --data ../shared/data``."""

from training.languages.evaluate import main

main()
