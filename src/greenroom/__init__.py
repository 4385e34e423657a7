"""Greenroom: media uploads over signed URLs, verified, kept for good, and made into avatar videos."""

from importlib.metadata import version

__version__ = version("greenroom")
