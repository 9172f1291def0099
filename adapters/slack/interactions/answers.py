"""Shows an answer to one person only, by the first of three ways that works."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from slack_sdk.webhook.async_client import AsyncWebhookClient

from adapters.shared.pages import page_turns
from adapters.slack.errors import translate
from adapters.slack.interactions import callback, names, views
from adapters.slack.interactions.callback import CallbackData
from adapters.slack.interactions.files import Files
from adapters.slack.interactions.request_context import RequestContext
from adapters.slack.interactions.views import Button
from adapters.slack.messages import destinations
from adapters.slack.messages.parts import Json
from adapters.slack.messages.render import Payload, arguments, reply_pages
from adapters.slack.transport.client import TIMEOUT
from adapters.slack.transport.workspaces import Workspaces
from bot.model import Reply, SuggestedAction
from bot.ports import BotServices, KeyValueStore

MOST_MESSAGES = 5  # per response_url (documentation, handling user interaction)
_OK = 200

_log = logging.getLogger(__name__)
_quiet = logging.getLogger(f"{__name__}.sdk")  # the SDK logs response URLs, which are secret
_quiet.setLevel(logging.WARNING)


class Answers:
    """Shows answers to the person who asked."""

    def __init__(self, workspaces: Workspaces, services: BotServices) -> None:
        self._workspaces = workspaces
        self._services = services
        self._files = Files(workspaces)

    async def give(
        self,
        origin: RequestContext,
        reply: Reply,
        again: CallbackData | None = None,
        *,
        replace: bool = False,
    ) -> None:
        """Show an answer. A long one gets pages if `again` can run the command again, else several messages.

        `replace`: overwrite the message that was clicked. DeliveryError: every way failed.
        """
        reply = await self._files.sent(origin, reply)
        found = await pages(reply, again, self._services)
        places = await self._services.addresses(f"{destinations.PLATFORM}:")
        known = names.channel_ids(places) | {origin.channel}
        shown = found[:MOST_MESSAGES] if again is None else [found[min(again.page, len(found) - 1)]]
        for number, page in enumerate(shown):
            made = Payload(page.text, names.with_names(page.blocks, origin.team, known))
            await self.show(origin, arguments(made), replace=replace and number == 0)

    async def show(self, origin: RequestContext, content: Json, *, replace: bool = False) -> None:
        """Show one message by the response URL, else in the channel, else as a direct message."""
        if origin.response_url and await self._respond(origin.response_url, content, replace=replace):
            return
        if origin.in_channel and await self._in_channel(origin, content):
            return
        await self.tell(origin, content)

    async def tell(self, origin: RequestContext, content: Json) -> None:
        """Send a person a direct message. DeliveryError: it cannot be sent."""
        client = await self._workspaces.client(origin.team)
        try:
            await client.chat_postMessage(channel=origin.user, **content)
        except Exception as error:  # noqa: BLE001 -- `translate` maps every error
            raise translate(error, elsewhere=not self._workspaces.is_home(origin.team)) from None

    async def _respond(self, url: str, content: Json, *, replace: bool) -> bool:
        body = content | {"response_type": "ephemeral", "replace_original": replace}
        client = AsyncWebhookClient(url, timeout=TIMEOUT, logger=_quiet, retry_handlers=[])
        try:
            answer = await client.send_dict(body)
        except Exception as error:  # noqa: BLE001 -- as above
            reason = str(translate(error))
        else:
            if answer.status_code == _OK:
                return True
            reason = f"Slack answered {answer.status_code}."
        _log.warning("An answer could not be given where it was asked for: %s", reason)
        return False

    async def _in_channel(self, origin: RequestContext, content: Json) -> bool:
        """Show a message to one person in a channel, which Slack allows only where the bot is a member."""
        shown = {key: value for key, value in content.items() if not key.startswith("unfurl")}
        client = await self._workspaces.client(origin.team)
        try:
            await client.chat_postEphemeral(channel=origin.channel, user=origin.user, **shown)
        except Exception as error:  # noqa: BLE001 -- as above
            _log.info("An answer goes by direct message: %s", translate(error))
            return False
        return True


async def pages(reply: Reply, again: CallbackData | None, store: KeyValueStore) -> list[Payload]:
    """Return an answer in pages with their buttons; `again`, the command to run for another page."""
    texts = reply_pages(reply)
    batches = views.batches(await buttons(reply.offers, store))
    count = max(len(texts), len(batches))
    if again is not None:  # one page is shown at a time, and none may lack the offers
        batches += batches[-1:] * (count - len(batches))
    found = []
    for number in range(count):
        text = texts[min(number, len(texts) - 1)]
        offers = batches[number] if number < len(batches) else []
        turning = await _turning(again, number, count, store)
        found.append(Payload(text.text, [*text.blocks, *views.actions(offers), *views.actions(turning)]))
    return found


async def buttons(offers: Sequence[SuggestedAction], store: KeyValueStore) -> list[Button]:
    """Return suggested actions as buttons."""
    return [
        Button(
            each.label,
            f"{views.OFFER}:{number}",
            await callback.write(CallbackData(each.path, dict(each.values)), store),
        )
        for number, each in enumerate(offers, 1)
    ]


async def _turning(again: CallbackData | None, page: int, count: int, store: KeyValueStore) -> list[Button]:
    if again is None:
        return []
    return [
        Button(label, f"{views.TURN}:{to}", await callback.write(_page(again, to), store))
        for label, to in page_turns(page, count)
    ]


def _page(again: CallbackData, page: int) -> CallbackData:
    return CallbackData(again.path, again.values, again.line, page)
