"""Quotations annotated by reading, and how well they are found."""
