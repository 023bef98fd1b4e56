"""Fits and measures the language detector."""

UNSPACED = frozenset({"ja", "zh"})
CHARACTERS_A_WORD = 2  # what stands for a word where there are no blanks
