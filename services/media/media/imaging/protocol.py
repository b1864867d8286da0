"""What both ends of the pipe to a decoding process agree on.

The worker imports this and not the decoders: it starts again in half the time where it is killed.
"""

from __future__ import annotations

from media.imaging.prepared import PictureLimits

LARGEST_ANSWER = 64 * 1024


def wall_seconds(limits: PictureLimits) -> float:
    """Return how long a picture may take on a machine that is busy with others."""
    return 2.0 * limits.seconds + 5.0
