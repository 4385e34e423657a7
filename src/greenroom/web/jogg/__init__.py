"""The compatible dialects: thin modules, no rules of their own."""
