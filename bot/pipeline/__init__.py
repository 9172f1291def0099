"""The way of the data, one stage a file; poll.py runs them in order."""
