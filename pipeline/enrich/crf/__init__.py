"""The entity recogniser of our own models: a spaCy component, a conditional random field over words."""
