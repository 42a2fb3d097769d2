"""Rewrite: one module per rule that has a fix, and the engine that applies them. LibCST lives here and nowhere else."""
