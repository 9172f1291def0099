"""A small bot with one of each: slash command, sub-command, autocomplete, button, select, modal."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands

from tests.fakes.discord.clients import Bot

CATEGORIES = ("China-U.S.", "Trade", "Technology")
Interaction = discord.Interaction[Any]


class SampleBot(Bot):
    """Registers its commands when it starts."""

    def __init__(self) -> None:
        super().__init__(allowed_mentions=discord.AllowedMentions.none())
        self.tree.add_command(_follow)
        self.tree.add_command(_Alerts())
        self.tree.add_command(_menu)
        self.tree.add_command(_ask)
        self.tree.add_command(_slow)
        self.tree.add_command(_twice)

    async def setup_hook(self) -> None:
        """Sync, and keep the views alive."""
        self.add_view(CardView())
        await self.tree.sync()


class CardView(discord.ui.View):
    """A button and a menu under a message, which survive a restart."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Follow Trade", custom_id="follow:trade")
    async def follow(self, interaction: Interaction, _button: discord.ui.Button[Any]) -> None:
        """Answer the one who clicked."""
        await interaction.response.send_message(f"{interaction.user.name} follows Trade", ephemeral=True)

    @discord.ui.select(
        custom_id="pick", options=[discord.SelectOption(label=each) for each in CATEGORIES], max_values=2
    )
    async def pick(self, interaction: Interaction, select: discord.ui.Select[Any]) -> None:
        """Change the message itself."""
        await interaction.response.edit_message(content=f"picked {', '.join(select.values)}", view=None)


class _Question(discord.ui.Modal, title="Follow"):
    """Asks for categories."""

    wanted = discord.ui.TextInput["_Question"](label="Categories", custom_id="wanted")

    async def on_submit(self, interaction: Interaction) -> None:
        """Repeat what was typed."""
        await interaction.response.send_message(f"asked for {self.wanted.value}")


@app_commands.command(name="follow", description="Follow categories")
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
@app_commands.allowed_installs(guilds=True, users=True)
async def _follow(interaction: Interaction, categories: str, when: str = "now") -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content=f"You now get {categories}, {when}")
    await interaction.followup.send("3 of the last 10 posts would have reached you", ephemeral=True)


@_follow.autocomplete("categories")
async def _suggest(_interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
    found = [each for each in CATEGORIES if each.lower().startswith(typed.lower())]
    return [app_commands.Choice(name=each, value=each) for each in found]


@app_commands.default_permissions(manage_guild=True)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.allowed_installs(guilds=True, users=False)
class _Alerts(app_commands.Group, name="alerts", description="Alerts of a channel"):
    """Sub-commands for admins."""

    @app_commands.command(name="add", description="Send alerts to a channel")
    async def add(self, interaction: Interaction, categories: str, channel: discord.TextChannel) -> None:
        """Say who asked, with which rights, and for what."""
        rights = "admin" if interaction.permissions.manage_guild else "reader"
        await interaction.response.send_message(f"{rights}: {categories} to {channel.name}")


@app_commands.command(name="menu", description="Show the card")
async def _menu(interaction: Interaction) -> None:
    await interaction.response.send_message("a card", view=CardView())


@app_commands.command(name="ask", description="Ask in a form")
async def _ask(interaction: Interaction) -> None:
    await interaction.response.send_modal(_Question())


@app_commands.command(name="slow", description="Say nothing")
async def _slow(_interaction: Interaction) -> None:
    """Never answers."""


@app_commands.command(name="twice", description="Answer twice")
async def _twice(interaction: Interaction) -> None:
    await interaction.response.send_message("once")
    data = {"type": 4, "data": {"content": "twice"}}
    route = discord.http.Route("POST", f"/interactions/{interaction.id}/{interaction.token}/callback")
    try:
        await interaction.client.http.request(route, json=data)
    except discord.HTTPException as error:
        await interaction.edit_original_response(content=f"refused with {error.code}")
