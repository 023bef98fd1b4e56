"""How much of the news the shipped list of organisations knows."""
