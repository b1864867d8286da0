"""botocore's descriptions of AWS, read once per process for all clients, without what none of ours needs."""

from __future__ import annotations

from typing import Any

from botocore.loaders import Loader

_ENDPOINTS_OF = frozenset({"dynamodb", "streams.dynamodb", "email", "s3", "sns", "sqs", "sts"})


class _SharedLoader(Loader):
    """Finds what botocore's own does, and keeps few of the endpoints of its 300 services.

    A service that is not kept has the endpoint that the rule of its region says, as most have anyway. All
    endpoints take 6 MB, and by default each session reads its own.
    """

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """Return a description and where it stands; of the endpoints, those that are kept."""
        data, path = super().load_data_with_path(name)
        if name == "endpoints":
            for partition in data["partitions"]:
                kept = _ENDPOINTS_OF.intersection(partition["services"])
                partition["services"] = {service: partition["services"][service] for service in kept}
        return data, path


DESCRIPTIONS = _SharedLoader()
