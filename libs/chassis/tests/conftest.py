from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from libs.chassis.tests.redis_process import RedisProcess


@pytest.fixture
def redis_process(tmp_path: Path) -> Iterator[RedisProcess]:
    process = RedisProcess(tmp_path)
    process.start()
    yield process
    process.kill()
