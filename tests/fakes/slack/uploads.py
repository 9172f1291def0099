"""Files: the address for an upload, the upload itself, and sharing it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from aiohttp import web

from tests.fakes.slack.basics import ApiError, Json
from tests.fakes.slack.chat import Chat, seen
from tests.fakes.slack.core import Core, Request
from tests.fakes.slack.web import Handler


@dataclass
class Upload:
    """A file on its way. `channel_id`: where it was shared, "" while it is private."""

    id: str
    name: str
    length: int
    data: bytes | None = None
    channel_id: str = ""
    comment: str = ""


@dataclass
class Uploads:
    """The methods of files, and the server that takes their bytes."""

    core: Core
    chat: Chat
    by_ticket: dict[str, Upload] = field(default_factory=dict)
    origin: str = ""  # where uploads go; "": to this server

    @property
    def shared(self) -> list[Upload]:
        """The files that were shared, oldest first."""
        return [each for each in self.by_ticket.values() if each.channel_id]

    def table(self) -> dict[str, Handler]:
        """Return the handlers by method."""
        return {
            "files.getUploadURLExternal": self._begin,
            "files.completeUploadExternal": self._complete,
        }

    async def serve(self, request: web.Request) -> web.Response:
        """Take the bytes of a file. The address is a secret, so no token comes along."""
        upload = self.by_ticket.get(request.match_info["ticket"])
        if upload is None:
            return web.Response(status=404)
        if "Authorization" in request.headers:
            self.core.violate("an upload needs no token, and must not tell it")
        data = await request.read()
        if len(data) != upload.length:
            self.core.violate(f"{upload.name} was said to have {upload.length} bytes, and has {len(data)}")
            return web.Response(status=400)
        upload.data = data
        return web.Response(text=f"OK - {len(data)}")

    def _begin(self, asked: Request) -> Json:
        ticket = secrets.token_hex(8)
        number = f"F{len(self.by_ticket):010}"
        self.by_ticket[ticket] = Upload(number, str(asked.get("filename")), int(asked.get("length")))
        return {"upload_url": f"{self.origin or self.core.base}/upload/v1/{ticket}", "file_id": number}

    def _complete(self, asked: Request) -> Json:
        known = {each.id: each for each in self.by_ticket.values() if each.data is not None}
        files = asked.get("files")
        if not isinstance(files, list) or not all(isinstance(each, dict) for each in files):
            self.core.violate(f"files.completeUploadExternal: files is no list of files: {files!r}")
            raise ApiError("invalid_arguments")
        if any(each.get("id") not in known for each in files):
            raise ApiError("file_not_found")
        channel = seen(asked.team, str(asked.get("channel_id")))
        if not channel.has_bot:
            raise ApiError("not_in_channel")
        for each in files:
            known[each["id"]].channel_id = channel.id
            known[each["id"]].comment = str(asked.get("initial_comment") or "")
        return {"files": [{"id": each["id"], "title": each.get("title")} for each in files]}
