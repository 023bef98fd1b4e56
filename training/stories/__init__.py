"""Labelled pairs of news, and what finds the same story among them, measured."""
