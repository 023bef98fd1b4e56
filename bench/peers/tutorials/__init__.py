"""What somebody builds who follows each peer's own first pages: one article after the other."""
