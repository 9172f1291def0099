"""`python -m bot` is `bystander`, whose entry point this is."""

import sys

INTERRUPTED = 130  # exit code


def main() -> int:
    """Run the command line; return its exit code.

    It is imported in here, which takes a moment, so that Ctrl-C ends the program quietly then, too.
    """
    try:
        from bot.cli import main as run  # noqa: PLC0415 -- see above

        return run()
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
