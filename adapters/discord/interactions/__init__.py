"""Interactions on Discord: commands, clicks and menus, and the answers to them."""
