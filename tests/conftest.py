"""What holds for all tests."""

from hypothesis import settings

# How long one example takes is the machine's business: no test measures time.
settings.register_profile("bystander", deadline=None)
settings.load_profile("bystander")
