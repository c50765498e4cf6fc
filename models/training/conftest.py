"""Lets the tests find the package wherever pytest is started."""
