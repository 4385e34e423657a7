"""Calls to other servers, at addresses that strangers chose: nothing leaves this house by another door."""
