"""Makes the AWS resources that the manifests name, in the emulator of a local suite.

One call, :func:`slipway.provision.run.provision`, on every start. In AWS Terraform does the same from
the same manifests; :mod:`slipway.provision.policy` is where both get the policies. Nothing is imported
here: who reads a kept access key needs no AWS SDK, which takes a fifth of a second to load.
"""
