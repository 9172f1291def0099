"""Names the software or the host that a feed comes from, as far as that bears on its labels. Pure.

The generator that a feed names decides. How its guids look does not: a blog that moved from WordPress to
another host keeps the guids of its old posts.
"""

from __future__ import annotations

import re
from urllib.parse import unquote, urlsplit

WORDPRESS = "WordPress"

# A word of the generator -> the name. WordPress is looked for first: its plug-ins add their own names.
_GENERATORS = {
    "ghost": "Ghost",
    "substack": "Substack",
    "medium": "Medium",
    "blogger": "Blogger",
    "youtube": "YouTube",
    "hugo": "Hugo",
    "jekyll": "Jekyll",
    "drupal": "Drupal",
    "squarespace": "Squarespace",
    "tumblr": "Tumblr",
    "wix": "Wix",
    "joomla": "Joomla",
    "eleventy": "Eleventy",
    "typepad": "TypePad",
}
_WORDS = re.compile(r"[a-z]+")
_SLUG = re.compile(r"[^\w]+")
_SECTION = re.compile(r"/s/([^/]{1,100})(?:/(?:feed|rss)?)?$")
_YEAR = re.compile(r"(?:19|20)[0-9]{2}")


def host_of(generator: str) -> str:
    """Return the name of a known host or program that the generator names, "" for none."""
    if "wordpress" in generator.casefold():
        return WORDPRESS
    words = set(_WORDS.findall(generator.casefold()))
    return next((name for word, name in _GENERATORS.items() if word in words), "")


def filed_by_link(link: str, site: str) -> tuple[str, ...]:
    """Return the slugs of the categories in a Jekyll post's address, () if it shows none.

    Jekyll's own pattern is /CATEGORY/.../YEAR/MONTH/DAY/TITLE. The path of the blog itself is no category.
    """
    try:
        path, home = urlsplit(link).path, urlsplit(site).path
    except ValueError:
        return ()
    parts = [part for part in path.removeprefix(home.rstrip("/")).split("/") if part]
    year = next((place for place, part in enumerate(parts) if _YEAR.fullmatch(part)), 0)
    return tuple(parts[:year])


def section_of(generator: str, *addresses: str) -> str:
    """Return the section of a Substack that a feed is of, as the first address at /s/NAME names it; else "".

    `addresses`: what the feed prints as its own link, and where it is read. The feed of a whole Substack says
    nothing of sections, and /feed?sectionId=NUMBER only a number.
    """
    if host_of(generator) != "Substack":
        return ""
    names = [found[1] for found in map(_SECTION.match, map(_path, addresses)) if found]
    name = " ".join(unquote(names[0]).replace("-", " ").split()) if names else ""
    return name[:1].upper() + name[1:]


def _path(address: str) -> str:
    try:
        return urlsplit(address).path
    except ValueError:
        return ""


def slug(name: str) -> str:
    """Return a name as addresses show it: lower case, with dashes for all else than letters and digits."""
    return _SLUG.sub("-", name.casefold()).strip("-")
