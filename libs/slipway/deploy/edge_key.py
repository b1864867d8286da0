"""Keys that sign private deliveries in AWS: made here, kept in Secrets Manager, and nowhere else.

Terraform cannot make them: CloudFront needs the public half, which Terraform could only work out from a
private one that stands in its state.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from slipway.deploy.aws import AwsAccount, Refused
from slipway.deploy.aws_cli_text import command_line
from slipway.deploy.reporting import show_command
from slipway.deploy.variables import Environment
from slipway.gateway.keys import public_of
from slipway.state.credentials import new_private_key

_VARIABLES = """\
delivery_public_keys = {{
  "{name}" = {public}
}}"""
_SIGNING = """\
delivery_signing_key = {{
  name       = "{name}"
  secret_arn = "{arn}"
}}"""


@dataclass(frozen=True)
class EdgeKey:
    """A key of an environment: the ARN of the secret with its private half, and its public half in PEM."""

    name: str
    secret_arn: str
    public: str

    @property
    def trusting(self) -> str:
        """Return what a `.tfvars` file says so that CloudFront trusts it."""
        return _VARIABLES.format(name=self.name, public=json.dumps(self.public))

    @property
    def signing(self) -> str:
        """Return what a `.tfvars` file says so that services sign with it."""
        return _SIGNING.format(name=self.name, arn=self.secret_arn)


def make(aws: AwsAccount, environment: Environment, name: str) -> EdgeKey:
    """Make a key, or return the one of this name that there is. Raises Problem."""
    prefix = f"{environment.project}-{environment.name}"
    private = new_private_key()
    told = {
        "Name": f"{prefix}-edge-key/{name}",
        "Description": "Signs private deliveries",
        "KmsKeyId": f"alias/{prefix}-data",
    }
    shown = {**told, "SecretString": "file:///dev/stdin"}
    show_command(command_line("secretsmanager", "create_secret", aws.region, shown))
    try:
        made = aws.ask("secretsmanager", "create_secret", **told, SecretString=private)
    except Refused as error:
        if error.reason != "ResourceExistsException":
            raise
        made = aws.ask("secretsmanager", "get_secret_value", SecretId=told["Name"])
        private = made["SecretString"]
    return EdgeKey(name, made["ARN"], public_of(private))
