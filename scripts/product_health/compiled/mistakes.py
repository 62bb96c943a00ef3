"""What dbt refuses without a word of the file that it stands in."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from product_health.keys import documents, refused
from product_health.semantics.filters import filters, wrong_in_filter
from product_health.templates import wrong_templates


def mistakes(project: Path) -> list[str]:
    """Give a sentence for each mistake in templates, keys and filters that stops dbt."""
    try:
        return [*wrong_templates(project), *refused(project), *_in_filters(project)]
    except yaml.YAMLError:
        # of these dbt names the file and the line
        return []


def _in_filters(project: Path) -> Iterator[str]:
    read = list(documents(project))
    dimensions = [name for _, document in read for name in _dimensions(document)]
    for file, document in read:
        for metric in document.get("metrics") or ():
            for text in filters(metric, "filter"):
                for said in wrong_in_filter(text, dimensions):
                    yield f"{file}: metric {metric.get('name')}: filter: {said}"


def _dimensions(document: Mapping[str, Any]) -> Iterator[str]:
    for model in document.get("semantic_models") or ():
        for dimension in model.get("dimensions") or ():
            yield f"{model.get('primary_entity')}__{dimension.get('name')}"
