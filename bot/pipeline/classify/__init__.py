"""Classifying: decides which labels of a post are categories, and records the evidence."""
