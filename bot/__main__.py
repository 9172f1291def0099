"""`python -m bot` is `bystander`."""

import sys

from bot.cli import main

sys.exit(main())
