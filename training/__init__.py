"""How the shipped models were fitted and measured, so that anyone can do it again."""
