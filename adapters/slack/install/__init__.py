"""Installs the app in workspaces: manifest, OAuth, stored installations."""
