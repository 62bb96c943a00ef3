"""Who is who: the person of an actor, the account of a person, and who is left out.

Choices: everybody who does something is an actor, so links also apply to those who answer surveys
and open tickets. A person's own row of usage_people counts, not that of an actor who turned out to
be the person. E-mail domains are compared in lower case, and are those of the address, whatever
name stands before it. A link to a placeholder is none, so an actor's next link steps in; an actor
of such a name is a person of its own, because no rule leaves it out.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterable
from email.utils import parseaddr

from .accounts import merged
from .company import Company, Row
from .dates import local_date
from .staging import JudgedRow, accepted, place_in_source


class Identity:
    """Follows links between actors and persons."""

    def __init__(self, links: Iterable[Row], placeholders: Collection[str] = ()) -> None:
        """Take the accepted links; of those to a person only the earliest of an actor counts."""
        folded = {word.strip().casefold() for word in placeholders}
        ordered = sorted(
            links, key=lambda link: (link["linked_at"], link["person_id"], place_in_source(link))
        )
        self.to_nobody = [
            link for link in ordered if link["person_id"].strip().casefold() in folded
        ]
        self.link_of: dict[str, Row] = {}
        for link in ordered:
            if link not in self.to_nobody:
                self.link_of.setdefault(link["actor_id"], link)
        self.on_cycle = {actor for actor in self.link_of if self._returns(actor)}

    def _next(self, actor: str) -> str | None:
        """Give whom an actor is linked to; None at the end of a chain or a link to itself."""
        link = self.link_of.get(actor)
        return link["person_id"] if link and link["person_id"] != actor else None

    def _returns(self, start: str) -> bool:
        seen: set[str] = set()
        current = self._next(start)
        while current is not None and current not in seen:
            if current == start:
                return True
            seen.add(current)
            current = self._next(current)
        return False

    def person_of(self, actor: str) -> str:
        """Give the person of an actor; a chain ends at its end or at the first actor on a cycle."""
        current = actor
        while current not in self.on_cycle:
            following = self._next(current)
            if following is None:
                return current
            current = following
        return current

    def cyclic_links(self) -> list[Row]:
        """Give the links that form cycles."""
        return [self.link_of[actor] for actor in self.on_cycle]


class People:
    """Accounts of persons, and the exclusion rules applied to people, accounts and actors."""

    def __init__(self, company: Company, outcomes: dict[str, list[JudgedRow]]) -> None:
        """Take the settled rows of a company."""
        words = [row["placeholder_id"] or "null" for row in company.seed("placeholder_ids")]
        self.identity = Identity(accepted(outcomes["usage_identities"]), words)
        said: dict[str, dict[str, Row]] = {}
        for row in accepted(outcomes["usage_people"]):
            said.setdefault(row["person_id"], {})[row["source_system"]] = row
        order = company.vars["system_order"]
        self.known = {person: merged(rows, order) for person, rows in said.items()}
        rules = company.seed("exclusion_rules")
        self._domains = {_domain(value) for value in _values(rules, "email_domain")}
        self._parents = {_domain(value) for value in _values(rules, "email_subdomain")}
        self._accounts = set(_values(rules, "account_id"))
        events = accepted(outcomes["usage_events"])
        self._actors = _named_like(events, _values(rules, "actor_pattern"))
        for bound in _values(rules, "events_per_day"):
            self._actors |= _busier_than(events, float(bound), company)

    def person_of(self, actor: str) -> str:
        """Give the person of an actor."""
        return self.identity.person_of(actor)

    def account_of(self, own: str | None, person: str) -> str | None:
        """Give the account of something done: its own, or else its person's."""
        if own is not None:
            return own
        row = self.known.get(person)
        return row["account_id"] if row else None

    def is_excluded_person(self, person: str) -> bool:
        """Tell whether a person is internal, or belongs to an excluded account."""
        row = self.known.get(person)
        if row is None:
            return False
        labels = _domain(row["email"] or "").split(".")
        above = {".".join(labels[position:]) for position in range(1, len(labels))}
        is_staff = ".".join(labels) in self._domains or bool(above & self._parents)
        return is_staff or row["account_id"] in self._accounts

    def is_excluded(self, person: str, account: str | None) -> bool:
        """Tell whether what a person did in an account is left out."""
        return account in self._accounts or self.is_excluded_person(person)

    def is_excluded_actor(self, actor: str) -> bool:
        """Tell whether an actor is a bot, or stands for an excluded person."""
        return actor in self._actors or self.is_excluded_person(self.person_of(actor))


def _domain(email: str) -> str:
    """Give the domain of an address, which may stand behind a name."""
    return parseaddr(email)[1].rpartition("@")[2].lower()


def _values(rules: Iterable[Row], rule_type: str) -> list[str]:
    return [str(rule["rule_value"]) for rule in rules if rule["rule_type"] == rule_type]


def _named_like(events: Iterable[Row], patterns: Iterable[str]) -> set[str]:
    """Find actors by SQL patterns: % is any text, _ any one character."""
    wild = {"%": ".*", "_": "."}
    found = set()
    for pattern in patterns:
        expression = "".join(wild.get(letter, re.escape(letter)) for letter in pattern)
        found |= {
            event["actor_id"]
            for event in events
            if re.fullmatch(expression, event["actor_id"], re.DOTALL)
        }
    return found


def _busier_than(events: Iterable[Row], bound: float, company: Company) -> set[str]:
    """Find actors with more accepted events on one date than a bound."""
    counts = Counter(
        (event["actor_id"], local_date(event["occurred_at"], company.zone)) for event in events
    )
    return {actor for (actor, _), count in counts.items() if count > bound}
