"""Bystander: watches a blog's feed and alerts those who follow a post's category."""

__version__ = "0.2.0"
