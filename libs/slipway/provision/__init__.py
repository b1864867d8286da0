"""Makes the AWS resources that the manifests name, in the emulator of a local suite.

One call, :func:`provision`, on every start. In AWS Terraform does the same from
the same manifests; :mod:`slipway.provision.policy` is where both get the policies.
"""

from slipway.provision.accounts import ProvisionTarget
from slipway.provision.naming import Names
from slipway.provision.run import ProvisionError, provision

__all__ = ["Names", "ProvisionError", "ProvisionTarget", "provision"]
