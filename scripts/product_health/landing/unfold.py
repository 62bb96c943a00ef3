"""What is read of a gzip file, which may unfold to a thousand times its size."""

import gzip
import os
from pathlib import Path
from typing import BinaryIO

from product_health.errors import UserError
from product_health.landing.spool import visible

# Exports unfold to some 5 to 50 times their size; a small file may do what it likes.
MOST_TIMES = 100
ALWAYS_BYTES = 100_000_000


class Unfolded(gzip.GzipFile):
    """The content of a gzip file; UserError while it is read, where it is far too much."""

    def __init__(self, path: Path, packed: BinaryIO) -> None:
        """Read from the bytes of a file that lies at a path."""
        super().__init__(fileobj=packed)
        self._name = visible(str(path))
        self._most = max(ALWAYS_BYTES, MOST_TIMES * os.fstat(packed.fileno()).st_size)

    def read(self, size: int | None = -1) -> bytes:
        """Read so many bytes of the content."""
        found = super().read(size)
        if self.tell() > self._most:
            message = (
                f"{self._name}: unfolds to more than {self._most:,} bytes, {MOST_TIMES} times its "
                "size; nothing was landed: unpack it yourself, and land what is in it"
            )
            raise UserError(message)
        return found
