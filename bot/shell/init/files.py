"""Writes new files: all of them or none, readable by their owner alone, and never over another one."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from bot.errors import BystanderError, UsageError


def refuse_taken(*files: Path) -> None:
    """Raise UsageError if a file is there already, or if its folder is not."""
    for file in files:
        if file.exists() or file.is_symlink():
            raise UsageError(
                f"{file} is there already and stays as it is; move it away, or name another with -c."
            )
        if not file.parent.is_dir():
            raise UsageError(f"{file.parent} is no folder; make it first, or name another file with -c.")
        if not os.access(file.parent, os.W_OK | os.X_OK):
            raise UsageError(f"{file.parent} cannot be written to; name a file in another folder with -c.")


def write_new(texts: Mapping[Path, str]) -> None:
    """Write files with mode 600. What cannot be finished is taken back: BystanderError says why."""
    drafts: dict[Path, Path] = {}
    written: list[Path] = []
    try:
        for file, text in texts.items():
            drafts[file] = _draft(file, text)
        for file, draft in drafts.items():
            _rename(draft, file)
            written.append(file)
    except BaseException as error:
        for made in (*written, *drafts.values()):
            made.unlink(missing_ok=True)
        if isinstance(error, OSError):
            reason = f"{error.strerror}; nothing was written"
            raise BystanderError(f"{file} cannot be written: {reason}.") from error
        raise


def _draft(file: Path, text: str) -> Path:
    """Write the text beside its place."""
    number, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # with mode 600
    try:
        with os.fdopen(number, "w", encoding="utf-8") as draft:
            draft.write(text)
            draft.flush()
            os.fsync(draft.fileno())
    except BaseException:
        Path(name).unlink()
        raise
    return Path(name)


def _rename(draft: Path, file: Path) -> None:
    """Give the draft its name, unless somebody made a file of that name meanwhile."""
    try:
        os.link(draft, file)  # unlike a rename, this never replaces a file
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        refuse_taken(file)
        draft.rename(file)
    with contextlib.suppress(FileNotFoundError):
        draft.unlink()
