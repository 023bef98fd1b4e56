"""Quotations annotated by hand, and how well they are found."""
