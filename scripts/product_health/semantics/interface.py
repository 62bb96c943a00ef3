"""What breaks whoever asks for a metric, and what it asks for: for the lock and for a review."""

GONE = "is gone"
# A new version can be told by nobody where there is no metric any more.
DEPRECATE_FIRST = "a metric that goes has deprecated: {since, until, use} in its meta first"


def renamed_from(old: str) -> str:
    """Say that a metric is called otherwise, which needs a new version: its old name is gone."""
    return f"renamed from {old}"


def lacks_version(old: int, new: int) -> bool:
    """Whether what breaks readers, or gives them other numbers, has the version that they know."""
    return old >= new
