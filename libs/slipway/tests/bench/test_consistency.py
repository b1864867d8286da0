from __future__ import annotations

from pathlib import Path

from slipway.bench import consistency


def test_no_read_is_older_than_the_last_acknowledged_write_whatever_becomes_of_redis(tmp_path: Path) -> None:
    said: list[str] = []
    verdict = consistency.check(tmp_path / "redis", 6000, 2, said.append)
    assert verdict.reads >= 6000
    assert verdict.stale == 0
    assert verdict.writes > 0
    assert verdict.hits > 0
    assert len(said) == verdict.blows > 0
