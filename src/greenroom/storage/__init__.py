"""Bytes: a store with the rules over narrow drivers."""
