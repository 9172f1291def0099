"""Classifying: which labels of a post are categories, and the evidence for it."""
