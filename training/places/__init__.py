"""How the gazetteer of places was made, and how often it gives a name its right identity."""
