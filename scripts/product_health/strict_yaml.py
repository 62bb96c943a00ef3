"""YAML that people write: a key that stands twice would lose what was said first."""

from typing import Any

import yaml
from yaml.constructor import ConstructorError


class _Loader(yaml.SafeLoader):
    """The safe loader, which besides takes no key twice."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002 - of PyYAML
        """Return a mapping; ConstructorError that names a key which is there twice."""
        seen: set[str] = set()
        for name, _ in node.value:
            if isinstance(name, yaml.ScalarNode) and name.value in seen:
                problem = f"key {name.value!r} is given twice"
                raise ConstructorError(None, None, problem, name.start_mark)
            seen.add(str(name.value))
        return super().construct_mapping(node, deep)


# In C, some ten times as quick; a file that is nested very deeply would stop the process.
_Quick: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def parse_own(text: str) -> Any:
    """Return what YAML of the project itself says, which is code like its SQL; YAMLError."""
    return yaml.load(text, _Quick)  # noqa: S506 - a safe loader


def parse(text: str) -> Any:
    """Return what YAML says; YAMLError, in a line, where it says nothing that can be read."""
    try:
        return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
    except yaml.YAMLError as error:
        raise yaml.YAMLError(" ".join(str(error).split())) from error
    except RecursionError as error:
        message = "it is nested too deeply"
        raise yaml.YAMLError(message) from error
