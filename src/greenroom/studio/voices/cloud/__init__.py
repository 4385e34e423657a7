"""Providers of voices over HTTP; each speaks the protocol of its service through a transport that it is given."""
