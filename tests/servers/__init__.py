"""Servers of the tests: scripted ones, that do what real ones do on their worst days."""
