"""The command line: the calls of `bot.calls`, and the mapping of errors to messages and exit codes.

Exit codes: 0 success, 1 something failed and was reported, 2 wrong usage or config, 130 interrupted (by
`bot.__main__`).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import errno
import gc
import logging
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import adapters
from adapters.plugin import AdapterPlugin, PluginCall
from bot import __version__
from bot.calls import CALLS, CONFIG, Call, Option, ShellCall
from bot.config.env_file import environment
from bot.config.load import Config, load_config, parse_config
from bot.config.secrets import Secrets
from bot.errors import BystanderError, ConfigError, UsageError
from bot.logs.setup import set_up_logging
from bot.usage import CallParser, Parser, forgotten

WELL, FAILED, WRONG = 0, 1, 2
# Errors of writing to stdout: no reader, no space, or a broken disk.
_UNWRITABLE = (errno.EPIPE, errno.ENOSPC, errno.EFBIG, errno.EDQUOT, errno.EIO)

_log = logging.getLogger(__name__)


def all_calls() -> tuple[ShellCall, ...]:
    """Return every call: those of Bystander, and those of the plug-ins for chat platforms.

    A broken plug-in is left out, and so is a call whose name is taken; all other calls still work.
    """
    found = list(CALLS)
    for name in adapters.names():
        try:
            plugin = adapters.plugin(name)
        except ConfigError as error:
            _log.debug("%s", error)
        else:
            taken = {call.name for call in found}
            found += [_call_of(plugin, each) for each in plugin.calls if each.name not in taken]
    return tuple(found)


def _call_of(plugin: AdapterPlugin[Any], call: PluginCall[Any]) -> ShellCall:
    async def run(options: argparse.Namespace, config: Config) -> int:
        print(await call.text(config.setup(plugin), options))
        return WELL

    options = tuple(Option(*each) for each in call.options)
    return ShellCall(call.name, call.help, call.example, run, options, defaults=call.defaults)


def build_parser() -> argparse.ArgumentParser:
    """Return the parser of the whole command line."""
    parser = Parser(
        prog="bystander",
        description="Follow a blog's categories and get each new post as a short summary.",
        epilog="Try it: bystander demo",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"bystander {__version__}")
    calls = parser.add_subparsers(metavar="CALL", required=True, dest="call", parser_class=CallParser)
    known = all_calls()
    parser.words = [call.name for call in known]
    for call in known:
        each = calls.add_parser(
            call.name,
            help=call.help,
            description=call.help[0].upper() + call.help[1:] + ".",
            epilog=f"Example: {call.example}",
            allow_abbrev=False,
        )
        for option in call.options:
            each.add_argument(*option.names, **option.settings)
        if call.config:
            each.add_argument("-c", "--config", metavar="FILE", default=CONFIG, help=f"default: ./{CONFIG}")
            each.add_argument("--env-file", metavar="FILE", help="lines NAME=VALUE with the secrets")
        each.add_argument(
            "--log-format", choices=("text", "json"), default="text", help="of what goes to stderr"
        )
        each.add_argument("-v", "--verbose", action="store_true", help="log more")
        each.set_defaults(shell_call=call)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one call and return its exit code; errors that a user can cause never show a traceback."""
    gc.disable()  # until the call begins: of what is made before, nearly everything stays
    try:
        return _main(arguments)
    finally:
        gc.enable()


def _main(arguments: Sequence[str] | None) -> int:
    _need_output()
    parser = build_parser()
    if not (sys.argv[1:] if arguments is None else arguments):
        return _say(parser.format_help().rstrip(), code=WRONG)
    try:
        options = parser.parse_args(arguments)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else WRONG
    try:
        code = _run(options)
        _flush()
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        _close_output()
        if not isinstance(error, BrokenPipeError):  # the reader closed the pipe on purpose
            _say(f"The output cannot be written: {error.strerror}.", code=FAILED)
        code = FAILED
    return code


def _need_output() -> None:
    """Replace a missing stdout with a broken pipe, so that printing fails instead of being lost unnoticed."""
    if sys.stdout is None:
        unread, output = os.pipe()
        os.close(unread)
        sys.stdout = open(output, "w", encoding="utf-8", closefd=False)  # noqa: SIM115 -- until the end


def _run(options: argparse.Namespace) -> int:
    call: ShellCall = options.shell_call
    level = logging.DEBUG if options.verbose else call.log_level
    set_up_logging(options.log_format, Secrets(), level)
    try:
        config = _config_of(call, options)
        set_up_logging(options.log_format, config.secrets, level)
        return asyncio.run(_function_of(call)(options, config))
    except ConfigError as error:
        lines = [*error.problems, *_forgotten(options, error.problems)]
        return _say("The configuration cannot be used:", *(f"  {line}" for line in lines), code=WRONG)
    except UsageError as error:
        return _say(str(error), code=WRONG)
    except BystanderError as error:
        return _say(str(error), code=FAILED)


def _forgotten(options: argparse.Namespace, problems: Sequence[str]) -> list[str]:
    if not options.shell_call.config:
        return []
    return forgotten(options.config, options.env_file, problems)


def _function_of(call: ShellCall) -> Call:
    function = call.function
    if isinstance(function, str):
        module, _, name = function.partition(":")
        function = cast("Call", getattr(import_module(module), name))
    gc.freeze()  # modules and config stay: a collection of them at the end takes a fifth of a short call
    gc.enable()
    return function


def _config_of(call: ShellCall, options: argparse.Namespace) -> Config:
    """Return the config, or the defaults when none is needed or ./config.toml is optional and missing."""
    if not call.config:
        return parse_config("", {})
    path = Path(options.config)
    enough = call.defaults or getattr(options, "url", None)
    if enough and options.config == CONFIG and not path.exists():
        return parse_config("", {})
    return load_config(path, environment(options.env_file, os.environ))


def _say(*lines: str, code: int) -> int:
    with contextlib.suppress(OSError, ValueError):
        print(*lines, sep="\n", file=sys.stderr)
    return code


def _flush() -> None:
    if sys.stdout is not None and not sys.stdout.closed:
        sys.stdout.flush()


def _close_output() -> None:
    """Redirect a broken stdout to the null device, so that the interpreter's final flush does not fail."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
