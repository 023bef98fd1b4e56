"""What may change between two versions whose workers run side by side, and the check of it."""
