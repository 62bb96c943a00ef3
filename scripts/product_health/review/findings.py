"""What a review finds of each metric that a change touches."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from product_health.meaning.changes import Part, changed_parts, paired
from product_health.meaning.definitions import Definitions, shared_split
from product_health.review.numbers import Numbers
from product_health.semantics.catalogue import Metric
from product_health.semantics.interface import DEPRECATE_FIRST, GONE, lacks_version, renamed_from

BREAKING, ADDITIVE, NONE = "breaking", "additive", "none"
UNTOLD = "**not deprecated first**"
RESTATES, UNKNOWN, NO_DATA = "restates", "unknown", "no data"
REBUILD = "is not part of the numbers, which are those of a rebuild"


@dataclass(frozen=True)
class Touched:
    """A metric that a change touches.

    `interface`: breaking where whoever asks for it gets an error or another thing, additive, none.
    `value`: restates where a number of the past is another one now, unknown where that could not be
    seen, no data where it has no value on either side, none. `numbers` are by month, or by the
    shortest period where no month moved; `every` are all of them, by the shortest. `old` or `new`
    is missing where the metric is new or gone. `problem` says why its numbers could not be
    compared; `broken`, why it cannot be computed as it is now, and what to do.
    """

    name: str
    old: Metric | None
    new: Metric | None
    interface: str
    interface_changes: tuple[str, ...]
    is_meaning_same: bool
    parts: tuple[Part, ...] = ()
    unread: tuple[str, ...] = ()
    numbers: Numbers | None = None
    every: Numbers | None = None
    problem: str = ""
    broken: str = ""
    downstream: dict[str, list[str]] = field(default_factory=dict)

    @property
    def metric(self) -> Metric:
        """The metric as it is now, or was."""
        found = self.new or self.old
        assert found is not None  # noqa: S101 - one of both is there
        return found

    @property
    def was(self) -> str | None:
        """The former name of a metric that was renamed."""
        return self.old.name if self.old and self.new and self.old.name != self.new.name else None

    @property
    def value(self) -> str:
        """Whether numbers of the past are others now."""
        if self.old is None or self.new is None or (self.is_meaning_same and not self.unread):
            return NONE
        if self.problem or self.numbers is None:
            return UNKNOWN
        if not self.numbers.has_values:
            return NO_DATA
        return NONE if self.numbers.is_same else RESTATES

    @property
    def value_note(self) -> str:
        """What the value column of a review says."""
        is_rewritten = self.old and self.new and not self.is_meaning_same
        if self.value == NONE and is_rewritten:
            rest = "; not all of it was looked into" if self.unread else ""
            return f"none: text changed, value identical on this data{rest}"
        return self.value

    @property
    def is_unversioned(self) -> bool:
        """Whether it changed for those who read it, under the version that they know."""
        if self.old is None or self.new is None:
            return self.new is None and self.old is not None and self.old.deprecated is None
        is_changed = self.interface == BREAKING or self.value in {RESTATES, UNKNOWN}
        return is_changed and lacks_version(self.old.version, self.new.version)

    @property
    def unchanged_words(self) -> str:
        """The description, where it says of other numbers what it said before."""
        is_same = self.old and self.new and self.old.description == self.new.description
        return self.metric.description if is_same and self.value == RESTATES else ""

    @property
    def is_newly_deprecated(self) -> bool:
        """Whether its readers are told for the first time that it goes."""
        return bool(self.old and self.new and self.new.deprecated and not self.old.deprecated)

    @property
    def versions(self) -> str:
        """The version before and after, and whether that is as it should be."""
        old, new = (str(one.version) if one else "-" for one in (self.old, self.new))
        if self.is_unversioned:
            return f"{old} -> {new}, **not bumped**" if self.new else f"{old} -> gone, {UNTOLD}"
        return old if old == new else f"{old} -> {new}"


def touched(base: Definitions, head: Definitions) -> Iterator[Touched]:
    """Give the metrics that differ between two states, in the order of their names."""
    old, new = base.catalogue.metrics, head.catalogue.metrics
    renames = _renamed(base, head)
    for name in sorted({*old, *new} - set(renames.values())):
        found = _compared(name, old.get(name), new.get(renames.get(name, name)), base, head)
        if found:
            yield found


def _renamed(base: Definitions, head: Definitions) -> dict[str, str]:
    """Give the new name of metrics that are called otherwise now and mean the same."""
    old, new = base.catalogue.metrics, head.catalogue.metrics
    return paired(
        {name: base.fingerprint(old[name]) for name in old.keys() - new.keys()},
        {name: head.fingerprint(new[name]) for name in new.keys() - old.keys()},
    )


def _compared(
    name: str, old: Metric | None, new: Metric | None, base: Definitions, head: Definitions
) -> Touched | None:
    changes = list(_interface_changes(old, new))
    is_same = bool(old and new and _means_the_same(old, new, base, head))
    unread = _unread(old, new, base, head)
    parts = () if is_same or not (old and new) else tuple(changed_parts(old, new, base, head))
    unread += [f"{part.name}: {REBUILD}" for part in parts if part.is_of_increment]
    is_version_new = bool(old and new and old.version != new.version)
    if not changes and is_same and not unread and not is_version_new:
        return None
    kinds = {kind for kind, _ in changes}
    return Touched(
        name=new.name if new else name,
        old=old,
        new=new,
        interface=next((kind for kind in (BREAKING, ADDITIVE) if kind in kinds), NONE),
        interface_changes=tuple(text for _, text in changes),
        is_meaning_same=is_same,
        parts=parts,
        unread=tuple(unread),
    )


def _unread(
    old: Metric | None, new: Metric | None, base: Definitions, head: Definitions
) -> list[str]:
    """Name what of a metric's meaning was not looked into, where its text differs."""
    sides = [(definitions, metric) for definitions, metric in ((base, old), (head, new)) if metric]
    told = [f"{part.name}: {part.reason}" for side, metric in sides for part in side.unread(metric)]
    if not (old and new) or not told:
        return []
    is_same_text = _means_the_same(old, new, base, head)
    return [] if is_same_text and not any("hooks" in one for one in told) else sorted(set(told))


def _means_the_same(old: Metric, new: Metric, base: Definitions, head: Definitions) -> bool:
    """Whether both give the same for every question that can be asked of both."""
    split = shared_split(old, new)
    return split.grain in old.grains and base.fingerprint(old, split) == head.fingerprint(
        new, split
    )


def _interface_changes(old: Metric | None, new: Metric | None) -> Iterator[tuple[str, str]]:
    """Tell what changes for whoever asks for a metric."""
    if old is None:
        yield ADDITIVE, "new metric"
        return
    if new is None:
        asked = "" if old.deprecated else f": {DEPRECATE_FIRST}"
        yield BREAKING, f"the metric {GONE}{asked}"
        return
    if old.name != new.name:
        yield BREAKING, renamed_from(old.name)
    for what, before, after in (
        ("dimension", set(old.dimensions), set(new.dimensions)),
        ("grain", set(old.grains), set(new.grains)),
    ):
        yield from ((BREAKING, f"{what} {one} is gone") for one in sorted(before - after))
        yield from ((ADDITIVE, f"{what} {one} is new") for one in sorted(after - before))
    for dimension in sorted(old.dimensions.keys() & new.dimensions.keys()):
        if old.dimensions[dimension] != new.dimensions[dimension]:
            told = f"{old.dimensions[dimension]} is {new.dimensions[dimension]} now"
            yield BREAKING, f"dimension {told} for MetricFlow"
    if old.unit != new.unit:
        yield BREAKING, f"unit was {old.unit} and is {new.unit}"
    for what in ("direction", "tier", "owner", "deprecated"):
        before, after = getattr(old, what), getattr(new, what)
        if before != after:
            yield NONE, f"{what} was {before or 'nothing'} and is {after or 'nothing'}"
