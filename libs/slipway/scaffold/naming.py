"""What a new service and its noun are called, in every spelling that code needs."""

from __future__ import annotations

import importlib.util
import keyword
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from slipway.manifest import Manifest
from slipway.terminal.problems import USAGE, Problem

_SERVICE = re.compile(r"[a-z][a-z0-9_]{1,20}")
_NOUN = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_LONGEST_NOUN = 30
_HOSTS = {"app", "cdn", "s3", "www"}
"""Subdomains that the gateway serves itself."""
_WORDS_IN_USE = {
    "caller",
    "answer",
    "body",
    "query",
    "event",
    "store",
    "stores",
    "account",
    "accounts",
    "item",
    "items",
}


@dataclass(frozen=True)
class Naming:
    """A service's name and its noun, singular and plural: `orders`, `order`, `orders`."""

    service: str
    singular: str
    plural: str

    @classmethod
    def of(cls, service: str, noun: str | None) -> Naming:
        """Return the names of `service` whose noun is `singular/plural`, or follows from the service's name.

        Raises Problem for a name that code cannot have.
        """
        if not _SERVICE.fullmatch(service) or keyword.iskeyword(service):
            raise Problem(
                f"{service!r} cannot be a service's name",
                next_step="take 2 to 21 lower-case letters, digits and underscores, such as `orders`",
                code=USAGE,
            )
        singular, plural = _split(noun or usual_noun(service))
        for word in (singular, plural):
            _require_noun(word)
        if singular == plural:
            raise Problem(
                f"the noun is {singular!r} in singular and plural",
                next_step="name both, which have to differ: --noun order/orders",
                code=USAGE,
            )
        return cls(service, singular, plural)

    @property
    def subdomain(self) -> str:
        """The subdomain: the name, with hyphens."""
        return self.service.replace("_", "-")

    def spellings(self) -> Mapping[str, str]:
        """Return what the template calls these names."""
        return {
            "name": self.service,
            "NAME": self.service.upper(),
            "Name": _capitals(self.service),
            "Name_text": _sentence(self.service),
            "subdomain": self.subdomain,
            "singular": self.singular,
            "SINGULAR": self.singular.upper(),
            "Singular": _capitals(self.singular),
            "singular_text": self.singular.replace("_", " "),
            "plural": self.plural,
            "Plural": _capitals(self.plural),
            "plural_text": self.plural.replace("_", " "),
            "Plural_text": _sentence(self.plural),
            "path": self.plural.replace("_", "-"),
            "article": _article(self.singular),
            "Article": _article(self.singular).capitalize(),
        }


def usual_noun(service: str) -> str:
    """Return the noun that follows from a name, `singular/plural`; both are equal where none does."""
    return f"{_singular(service)}/{service}"


def require_free(root: Path, naming: Naming, manifests: Mapping[str, Manifest]) -> None:
    """Raise Problem where something else below `root` has one of the names already."""
    taken: Collection[str] = {manifest.subdomain for manifest in manifests.values()} | _HOSTS
    if naming.service in manifests:
        raise Problem(
            f"there is a service {naming.service} already", next_step="take another name", code=USAGE
        )
    if naming.subdomain in taken:
        raise Problem(f"the subdomain {naming.subdomain} is taken", next_step="take another name", code=USAGE)
    if importlib.util.find_spec(naming.service) is not None:
        raise Problem(
            f"{naming.service!r} is the name of a Python package that the suite uses",
            next_step="take another name: the service's package would hide it",
            code=USAGE,
        )

    _require_classes_free(root, naming)


def _require_classes_free(root: Path, naming: Naming) -> None:
    """Raise Problem where the noun's class would be the second of its name: each means one thing."""
    wanted = re.compile(rf"^class ({_capitals(naming.singular)}|{_capitals(naming.plural)})\b", re.MULTILINE)
    for path in [*root.glob("libs/**/*.py"), *root.glob("services/*/*/**/*.py")]:
        found = None if "tests" in path.parts else wanted.search(path.read_text(encoding="utf-8"))
        if found:
            raise Problem(
                f"there is a class {found[1]} already, in {path.relative_to(root)}",
                next_step="name the noun otherwise: --noun singular/plural",
                code=USAGE,
            )


def _split(noun: str) -> tuple[str, str]:
    singular, slash, plural = noun.partition("/")
    if not slash:
        raise Problem(
            f"{noun!r} does not say singular and plural", next_step="as in --noun order/orders", code=USAGE
        )
    return singular, plural


def _require_noun(word: str) -> None:
    if not _NOUN.fullmatch(word) or len(word) > _LONGEST_NOUN or keyword.iskeyword(word):
        raise Problem(
            f"{word!r} cannot be a noun in code",
            next_step="take lower-case words joined by underscores: --noun line_item/line_items",
            code=USAGE,
        )
    if word in _WORDS_IN_USE:
        raise Problem(
            f"{word!r} means something else in every service", next_step="take another noun", code=USAGE
        )


def _singular(plural: str) -> str:
    """Return the singular of an English plural, as far as simple rules go; equal to it where they do not."""
    if plural.endswith("ies") and len(plural) > 4:
        return f"{plural[:-3]}y"
    if plural.endswith(("ses", "xes", "zes", "ches", "shes")):
        return plural[:-2]
    return plural[:-1] if plural.endswith("s") and not plural.endswith("ss") else plural


def _capitals(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("_"))


def _sentence(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _article(noun: str) -> str:
    return "an" if noun[0] in "aeiou" and not noun.startswith(("uni", "use", "eu")) else "a"
