"""The stages of an asset's life, one class each."""
