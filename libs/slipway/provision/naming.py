"""What the resources of the manifests are called in one AWS account."""

from __future__ import annotations

from dataclasses import dataclass

EDGE_USER = "slipway.edge"


@dataclass(frozen=True)
class Names:
    """Names and ARNs of resources; `prefix` keeps copies of a suite in one account apart."""

    region: str
    account: str
    prefix: str = ""

    def name(self, plain: str) -> str:
        """Return what the resource called `plain` in a manifest is called here."""
        return f"{self.prefix}{plain}"

    def user(self, service: str) -> str:
        """Return the name of the IAM user that a service runs as."""
        return self.name(f"slipway-{service}")

    @property
    def edge_user(self) -> str:
        """Return the name of the IAM user that the edge reads as; no service can be called like that."""
        return self.name(EDGE_USER)

    @property
    def configuration_set(self) -> str:
        """Return the name of the configuration set that all mail is sent with."""
        return self.name("mail")

    def user_arn(self, service: str) -> str:
        return f"arn:aws:iam::{self.account}:user/{self.user(service)}"

    def arn(self, reference: str) -> str:
        """Return the ARN of a manifest's `table/NAME`, `table/NAME/index/INDEX`, `bucket/NAME`,
        `bucket/NAME/KEY-PATTERN`, `queue/NAME`, `topic/NAME`, `role/NAME`, `mail/identity` or
        `mail/configuration-set`.

        Raises ValueError for any other kind.
        """
        kind, _, rest = reference.partition("/")
        here = f"{self.region}:{self.account}"
        resource = self.name(rest)
        match kind:
            case "table":
                return f"arn:aws:dynamodb:{here}:table/{resource}"
            case "bucket":
                return f"arn:aws:s3:::{resource}"
            case "queue":
                return f"arn:aws:sqs:{here}:{resource}"
            case "topic":
                return f"arn:aws:sns:{here}:{resource}"
            case "mail":
                return f"arn:aws:ses:{here}:{rest}/*"  # one domain, and one set, in each copy of a suite
            case "role":
                return f"arn:aws:iam::{self.account}:role/{resource}"
            case _:
                raise ValueError(f"{reference!r}: a resource cannot be a {kind!r}")
