"""Where personal values go, from the columns that are tagged as personal."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from product_health.compiled.project import CompiledProject
from product_health.meaning.lineage import Column, Lineage

# What `meta` of a column says.
PERSONAL = "personal"
NOT_PERSONAL = "not_personal_because"
MARTS = "marts"

Way = tuple[Column, ...]


@dataclass(frozen=True)
class PersonalData:
    """The way of a personal value to each column that it reaches, that column last.

    `needless` are columns that say why they are not personal where nothing personal comes.
    """

    ways: Mapping[Column, Way]
    needless: tuple[Column, ...]

    def into(self, relations: Iterable[str]) -> list[Way]:
        """Give the ways that end in some relations."""
        wanted = set(relations)
        return [way for column, way in self.ways.items() if column.relation in wanted]


def into_marts(project: CompiledProject) -> list[Way]:
    """Give the ways on which personal values reach what people read."""
    marts = (model.unique_id for model in project.models if model.layer == MARTS)
    return personal_data(project).into(marts)


def told(way: Way) -> str:
    """Write a way as text."""
    return " -> ".join(map(str, way))


def personal_data(project: CompiledProject) -> PersonalData:
    """Follow every column that is tagged as personal, but not into one that says why it is not."""
    lineage = Lineage(project)
    readers = lineage.readers()
    stops = set(_said(project, NOT_PERSONAL))
    tagged = {lineage.column(*one) for one in _said(project, PERSONAL)} - stops
    ways: dict[Column, Way] = {column: (column,) for column in sorted(tagged)}
    waiting = list(ways)
    met: set[Column] = set()
    for column in waiting:
        read = readers.get(column, [])
        met.update(read)
        fresh = [one for one in read if one not in ways and one not in stops]
        ways |= {one: (*ways[column], one) for one in fresh}
        waiting += fresh
    return PersonalData(ways, tuple(sorted(stops - met)))


def _said(project: CompiledProject, key: str) -> list[Column]:
    return [
        Column(relation, name)
        for relation, columns in project.column_meta.items()
        for name, meta in columns.items()
        if meta.get(key)
    ]
