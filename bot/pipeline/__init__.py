"""The pipeline, one stage per file; `poll.py` runs the stages in order."""
