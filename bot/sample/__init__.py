"""The bundled sample blog: twelve posts, drawn and served the way a WordPress blog does it.

`bystander demo` watches it, and it is the tests' blog on loopback too. Of the bot it knows one word, `Kind`.
"""
