"""Topics: corpora, training and evaluation of the linear models."""
