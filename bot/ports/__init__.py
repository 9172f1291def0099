"""The interfaces of Bystander: what the core asks of a store and of an adapter.

Each Protocol is a contract; `tests/contracts/` checks every implementation against it. All times are aware
UTC datetimes. Every method of a store may raise `StoreError`, and other errors only where it says so.
"""

from bot.ports.adapter import Adapter, BotServices, CommandService, StandsBy
from bot.ports.commands import (
    ArchiveStore,
    CommandStore,
    DeliveryInfo,
    Found,
    Held,
    PreferenceStore,
    SentDigest,
    SilentPost,
    SubscriptionStore,
    TermStore,
)
from bot.ports.doors import Door, Doorkeeper, DoorState, DoorStore
from bot.ports.engine import Engine, EngineSettings, FleetReader, FleetState, ProcessState, Work
from bot.ports.feeds import (
    AdminNotice,
    FeedEditor,
    FeedsReader,
    FeedStore,
    Lexicon,
    PollCommit,
    PollRecord,
    PostRow,
    RhythmReader,
)
from bot.ports.inspector import Inspection, Inspector
from bot.ports.key_value import SHUT, KeyValueStore
from bot.ports.move import Batch, MovedTable, MoveSource, MoveTarget
from bot.ports.outbox import (
    Failed,
    NoticeStore,
    OutboxStore,
    Parked,
    QueueHealth,
    QueueReader,
    QueueStore,
    Requeued,
    Retry,
    Sent,
    Settlement,
)
from bot.ports.people import Forgotten, PeopleStore
from bot.ports.runtime import PartState, Runtime
from bot.ports.store import DestinationStore, Store, TimeStore
from bot.ports.web import MOST_BODY, WebAnswer, WebHandler, WebRequest, WebRoute

__all__ = [
    "MOST_BODY",
    "SHUT",
    "Adapter",
    "AdminNotice",
    "ArchiveStore",
    "Batch",
    "BotServices",
    "CommandService",
    "CommandStore",
    "DeliveryInfo",
    "DestinationStore",
    "Door",
    "DoorState",
    "DoorStore",
    "Doorkeeper",
    "Engine",
    "EngineSettings",
    "Failed",
    "FeedEditor",
    "FeedStore",
    "FeedsReader",
    "FleetReader",
    "FleetState",
    "Forgotten",
    "Found",
    "Held",
    "Inspection",
    "Inspector",
    "KeyValueStore",
    "Lexicon",
    "MoveSource",
    "MoveTarget",
    "MovedTable",
    "NoticeStore",
    "OutboxStore",
    "Parked",
    "PartState",
    "PeopleStore",
    "PollCommit",
    "PollRecord",
    "PostRow",
    "PreferenceStore",
    "ProcessState",
    "QueueHealth",
    "QueueReader",
    "QueueStore",
    "Requeued",
    "Retry",
    "RhythmReader",
    "Runtime",
    "Sent",
    "SentDigest",
    "Settlement",
    "SilentPost",
    "StandsBy",
    "Store",
    "SubscriptionStore",
    "TermStore",
    "TimeStore",
    "WebAnswer",
    "WebHandler",
    "WebRequest",
    "WebRoute",
    "Work",
]
