"""Named entities: corpora, augmentation, training and evaluation of the spaCy models."""
