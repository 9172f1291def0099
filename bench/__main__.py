"""`python -m bench [NAME...]`: runs the benches and prints their figures."""

import asyncio
from bench import polls
asyncio.run(polls.run())
