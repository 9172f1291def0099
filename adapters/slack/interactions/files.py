"""Sends a file to one person, by direct message: Slack has no files that only one person in a channel sees.

An upload has three steps (documentation, files.getUploadURLExternal): ask for an address, post the bytes
there, and share the file. Where that fails, as without the scope files:write, the answer shows the text.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from urllib.parse import urlsplit

from adapters.slack.errors import name_of, translate
from adapters.slack.interactions.request_context import RequestContext
from adapters.slack.messages import mrkdwn
from adapters.slack.transport.client import Client
from adapters.slack.transport.workspaces import Workspaces
from bot.errors import TemporaryError
from bot.model import Attachment, Reply

SENT = "It is in our direct messages."
NO_SCOPE = (
    "Slack takes no files from me here, so it is shown on the next pages; for files, an admin adds the scope "
    "files:write to the app and installs it again."
)
NOT_SENT = "It could not be sent as a file just now, so it is shown on the next pages."
_NO_SCOPE = "missing_scope"
_OK = 200

_log = logging.getLogger(__name__)


class Files:
    """Sends the attachments of answers."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces

    async def sent(self, origin: RequestContext, reply: Reply) -> Reply:
        """Send the attachment of an answer; return the answer that says so, or that shows it instead."""
        if reply.attachment is None:
            return reply
        try:
            client = await self._workspaces.client(origin.team)
            await _send(client, origin.user, reply.attachment, reply.text)
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            _log.warning("A file is shown as text: %s", translate(error))
            why = NO_SCOPE if name_of(error) == _NO_SCOPE else NOT_SENT
            return replace(reply, text=f"{reply.text} {why}")
        return replace(reply, text=f"{reply.text} {SENT}", attachment=None)


async def _send(client: Client, user: str, file: Attachment, comment: str) -> None:
    data = file.text.encode()
    place = await client.files_getUploadURLExternal(filename=file.name, length=len(data))
    await _upload(client, str(place["upload_url"]), data)
    opened = await client.conversations_open(users=user)
    await client.files_completeUploadExternal(
        files=[{"id": str(place["file_id"]), "title": file.name}],
        channel_id=str(opened["channel"]["id"]),
        initial_comment=mrkdwn.escape(comment),
    )


async def _upload(client: Client, url: str, data: bytes) -> None:
    """Post the bytes to the address that Slack named, without the token. TemporaryError: it did not work."""
    target, own = urlsplit(url), urlsplit(client.base_url)
    if client.session is None or (target.scheme != "https" and target.netloc != own.netloc):
        raise TemporaryError("Slack named no address for the file.")
    async with client.session.post(url, data=data, allow_redirects=False) as answer:
        if answer.status != _OK:
            raise TemporaryError(f"Slack answered {answer.status} to the file.")
