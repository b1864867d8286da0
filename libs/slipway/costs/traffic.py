"""What a month brings: how many come, what each fetches and asks, what is kept. Read from a YAML file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from slipway.terminal.problems import USAGE, Problem

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PageTraffic(_Part):
    """What a visit fetches through CloudFront: the site and what is delivered."""

    megabytes: Amount = 0
    requests: Amount = 1
    cached: Annotated[float, Field(ge=0, le=1)] = 0.95
    """Share of the requests that the edge answers by itself."""


class CallTraffic(_Part):
    """What the calls of a visit to one service come to."""

    requests: Amount
    kilobytes: Amount = 2
    table_reads: Amount = 1
    """Read units of a call; one of 4 KB and eventual consistency is half."""
    table_writes: Amount = 0
    messages: Amount = 0
    log_kilobytes: Amount = 0.5
    milliseconds: Amount = 30
    """How long a call takes, where the service runs as functions, which are billed by that."""


class KeptData(_Part):
    """What lies there through the month."""

    table_gb: Amount = 0
    object_gb: Amount = 0
    uploads: Amount = 0
    """Objects that a month's visits write."""


class Traffic(_Part):
    """A month. `visits` are of each visitor."""

    visitors: Amount
    visits: Amount = 1
    place: str = "usa"
    page: PageTraffic = PageTraffic()
    calls: dict[str, CallTraffic] = {}
    kept: KeptData = KeptData()
    peak: Annotated[float, Field(ge=1, allow_inf_nan=False)] = 4
    """How many times the average the busiest hours of a working day bring."""
    dollars_per_gb: Amount | None = None
    """What CloudFront asks for a gigabyte where a contract or an earlier day sets another price."""

    @property
    def all_visits(self) -> float:
        """The visits of everybody."""
        return self.visitors * self.visits

    @property
    def page_gb(self) -> float:
        """Gigabytes of pages and files, of 1024 MB as AWS bills them."""
        return self.all_visits * self.page.megabytes / 1024

    @property
    def call_gb(self) -> float:
        """Gigabytes of the services' answers."""
        return sum(self.all_visits * one.requests * one.kilobytes for one in self.calls.values()) / 1024**2

    @property
    def all_calls(self) -> float:
        """The calls of everybody to every service."""
        return sum(self.all_visits * one.requests for one in self.calls.values())

    def of_calls(self, name: str) -> float:
        """Return the sum of one of CallTraffic's numbers over all calls."""
        return sum(self.all_visits * one.requests * float(getattr(one, name)) for one in self.calls.values())


def read_traffic(path: Path) -> Traffic:
    """Return the file's month. Raises Problem that names what is wrong with it."""
    try:
        return Traffic.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise Problem(f"{path} cannot be read: {error}", next_step=_EXAMPLES, code=USAGE) from error
    except ValidationError as error:
        found = [f"{'.'.join(map(str, one['loc'])) or 'traffic'}: {one['msg']}" for one in error.errors()]
        raise Problem(f"{path} is not right\n" + "\n".join(found), next_step=_EXAMPLES, code=USAGE) from error


_EXAMPLES = "infra/terraform/traffic has examples, docs/costs.md says what each key means"
