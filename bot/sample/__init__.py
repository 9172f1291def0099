"""The bundled sample blog: twelve posts, rendered and served as a WordPress blog does it.

`bystander demo` watches it, and the tests serve it on loopback. It imports only the kinds of names.
"""
