"""Where Terraform keeps an environment's state: where bootstrap put it, or where a file says."""

from __future__ import annotations

from dataclasses import dataclass

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.variables import Environment, literals
from slipway.terminal.problems import Problem


@dataclass(frozen=True)
class Backend:
    """The state's bucket and key, and the arguments that tell `terraform init`."""

    bucket: str
    key: str
    region: str
    arguments: tuple[str, ...]


def find(aws: AwsAccount, environment: Environment) -> Backend:
    """Return the environment's backend. Raises Problem where it has not been made yet."""
    backend = _described(environment) or _usual(environment, aws.identity)
    try:
        AwsAccount(backend.region).call("s3", "head_bucket", Bucket=backend.bucket)
    except Refused as error:
        if error.reason not in {"404", "NoSuchBucket", "NotFound"}:
            raise
        raise Problem(
            f"there is no bucket {backend.bucket} for Terraform's state",
            next_step="run bootstrap once for this account: docs/operations.md, Bootstrap",
        ) from error
    return backend


def _described(environment: Environment) -> Backend | None:
    path = environment.backend_file
    if not path.exists():
        return None
    given = literals(path)
    if missing := {"bucket", "key", "region"} - given.keys():
        raise Problem(f"{path.name} does not say {', '.join(sorted(missing))}", next_step=f"correct {path}")
    return Backend(given["bucket"], given["key"], given["region"], (f"-backend-config={path}",))


def _usual(environment: Environment, identity: dict[str, str]) -> Backend:
    """Return the names that bootstrap gives."""
    partition, account, region = identity["Arn"].split(":")[1], identity["Account"], environment.region
    values = {
        "bucket": f"{environment.project}-state-{account}-{region}",
        "key": f"{environment.name}/terraform.tfstate",
        "region": region,
        "kms_key_id": f"arn:{partition}:kms:{region}:{account}:alias/{environment.project}-state",
        "encrypt": "true",
        "use_lockfile": "true",
    }
    arguments = tuple(f"-backend-config={name}={value}" for name, value in values.items())
    return Backend(values["bucket"], values["key"], region, arguments)
