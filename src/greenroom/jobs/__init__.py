"""Background work, always derivable again from the state of the rows."""
