"""How phone companies are asked for credit, and how their answers are read. Pure, but for ``shelf``."""
