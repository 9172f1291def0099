"""How a workspace gets the app: manifest, OAuth, stored installations."""
