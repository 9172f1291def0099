"""The values that travel through Bystander. Plain, frozen, and free of I/O.

Times are timezone-aware `datetime`s in UTC. Durations are seconds as `float` unless a name says otherwise.
Texts are plain text (entities decoded, no markup) unless the field is called `html`.
"""

from bot.model.address import is_address, local_of, platform_of
from bot.model.changes import BYSTANDER, CONFIG, FORGOTTEN, IMPORT, Change, FollowedTerm
from bot.model.chat import Attachment, Caller, Reply, SuggestedAction
from bot.model.command import CommandSpec, Completes, ParameterKind, ParameterSpec
from bot.model.delivery import (
    Action,
    Alert,
    Claim,
    DeliveryState,
    Destination,
    Digest,
    Filter,
    HeldFor,
    Message,
    Notice,
    Subscription,
)
from bot.model.feeds import (
    BlogApi,
    Entry,
    Feed,
    FeedSettings,
    FeedState,
    FeedWindow,
    ParsedFeed,
    Post,
    PostTimes,
    Silence,
)
from bot.model.filing import (
    EVERYTHING,
    FILING_KINDS,
    BlogCategory,
    Cadence,
    EvidenceRank,
    Filing,
    Kind,
    Rename,
    Term,
)
from bot.model.hubs import HubCounts, HubSubscription, NamedHub
from bot.model.importing import ImportedFeed, ImportList, ImportProblem, ImportSource
from bot.model.limits import Limits
from bot.model.preferences import Preferences, QuietHours, Style

__all__ = [
    "BYSTANDER",
    "CONFIG",
    "EVERYTHING",
    "FILING_KINDS",
    "FORGOTTEN",
    "IMPORT",
    "Action",
    "Alert",
    "Attachment",
    "BlogApi",
    "BlogCategory",
    "Cadence",
    "Caller",
    "Change",
    "Claim",
    "CommandSpec",
    "Completes",
    "DeliveryState",
    "Destination",
    "Digest",
    "Entry",
    "EvidenceRank",
    "Feed",
    "FeedSettings",
    "FeedState",
    "FeedWindow",
    "Filing",
    "Filter",
    "FollowedTerm",
    "HeldFor",
    "HubCounts",
    "HubSubscription",
    "ImportList",
    "ImportProblem",
    "ImportSource",
    "ImportedFeed",
    "Kind",
    "Limits",
    "Message",
    "NamedHub",
    "Notice",
    "ParameterKind",
    "ParameterSpec",
    "ParsedFeed",
    "Post",
    "PostTimes",
    "Preferences",
    "QuietHours",
    "Rename",
    "Reply",
    "Silence",
    "Style",
    "Subscription",
    "SuggestedAction",
    "Term",
    "is_address",
    "local_of",
    "platform_of",
]
