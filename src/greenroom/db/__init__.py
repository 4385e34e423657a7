"""Rows: schema, the single writer, and what is asked of them."""
