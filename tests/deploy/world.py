"""A checkout in small and an account for it, in which the command is run as its user runs it."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
from tests.deploy.cluster import Cluster
from tests.deploy.provider import Provider
from tests.deploy.server import start
from tests.deploy.site import Site
from tests.terraform.terraform import ROOT, Terraform

from slipway.testing.backing import Backing

REGION = "eu-west-1"
ACCOUNT = "000000000000"
MINIATURE = Path(__file__).with_name("miniature")

# Says to the tests' server when Terraform is about to plan and when it has applied.
_WRAPPER = """\
#!{python} -IS
import os, subprocess, sys, urllib.request

def tell(path):
    urllib.request.urlopen("http://127.0.0.1:{port}" + path).read()

command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
if command == "plan":
    tell("/refresh")
code = subprocess.run([*{command!r}, *sys.argv[1:]], env=os.environ | {settings!r}).returncode
if command == "apply":
    tell("/applied")
sys.exit(code)
"""
# As at a terminal: tests that run in the background inherit that interrupts are ignored.
_RUNNER = """\
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)
from pathlib import Path
from slipway import __main__
from slipway.commands import context
context.ROOT = Path(sys.argv.pop(1))
__main__.main()
"""
_TFVARS = """\
environment = "dev"
region      = "{region}"
account_id  = "{account}"
project     = "{project}"
"""
_BACKEND = """\
bucket         = "{bucket}"
key            = "dev/terraform.tfstate"
region         = "{region}"
use_lockfile   = true
use_path_style = true
"""


@dataclass
class World:
    """`root` is the checkout, `programs` the folder of the programs it finds first."""

    root: Path
    cluster: Cluster
    site: Site
    provider: Provider
    port: int
    aws: dict[str, str]
    hooks: dict[str, Callable[[], None]]
    project: str
    _snapshots: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def programs(self) -> Path:
        return self.root / "programs"

    @property
    def variables(self) -> Path:
        return self.root / "infra" / "terraform" / "environments" / "dev.tfvars"

    def environment(self, **changed: str | None) -> dict[str, str]:
        """Return the variables that the command runs with; None takes one away."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("AWS_", "TF_", "SLIPWAY_"))
        }
        elsewhere = f"http://127.0.0.1:{self.port}"
        own = {
            "PATH": f"{self.programs}:{kept['PATH']}",
            "PYTHONPATH": f"{ROOT / 'libs'}",
            "HOME": str(self.root),
            "AWS_ENDPOINT_URL_ECS": elsewhere,
            "AWS_ENDPOINT_URL_ECR": elsewhere,
            "AWS_ENDPOINT_URL_CLOUDWATCH": elsewhere,
            "AWS_ENDPOINT_URL_CLOUDWATCH_LOGS": elsewhere,
            "AWS_ENDPOINT_URL_LAMBDA": elsewhere,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        if "XDG_CACHE_HOME" not in kept:
            own["XDG_CACHE_HOME"] = str(Path.home() / ".cache")
        given = {**kept, **own, **self.aws, **changed}
        return {name: value for name, value in given.items() if value is not None}

    def begin(
        self, *arguments: str, stdin: int = subprocess.DEVNULL, **changed: str | None
    ) -> subprocess.Popen[str]:
        """Start `./slipway deploy dev ARGUMENTS`, told where the site is."""
        words = [sys.executable, "-c", _RUNNER, str(self.root), "deploy", *arguments]
        return subprocess.Popen(
            words,
            env=self.environment(**changed),
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *arguments: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
        """Run the command to its end and return what it did."""
        process = self.begin(*arguments, **changed)
        out, err = process.communicate(timeout=600)  # the whole suite, on a busy machine
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def deploy(self, *arguments: str, **changed: str | None) -> subprocess.CompletedProcess[str]:
        """Run it for dev, with the smoke test sent to the site."""
        return self.run(*self.for_dev(*arguments), **changed)

    def for_dev(self, *arguments: str) -> list[str]:
        """Return the arguments of a deployment to dev."""
        site = ["--connect-to", f"127.0.0.1:{self.site.port}", "--ca", str(self.site.authority)]
        return ["dev", "--yes", *site, *arguments]

    def push(self, tag: str, *services: str) -> None:
        """Put images of this tag into the registry."""
        for name in services or ("users", "todos"):
            self.cluster.push(f"{self.project}-dev/{name}", tag)

    def released(self, slot: str = "current") -> dict[str, str]:
        """Return the tags that the account holds in a slot."""
        return {
            name: self.provider.ssm.get_parameter(Name=f"/{self.project}-dev-{name}/release/{slot}")[
                "Parameter"
            ]["Value"]
            for name in ("users", "todos")
        }

    def served(self) -> dict[str, str]:
        """Return the tags that the web roles run."""
        return {name: self.cluster.serving(f"{name}-api") for name in ("users", "todos")}

    def remember(self, name: str = "released") -> None:
        """Keep the account and its variables as they are now, for `restore`."""
        s3 = self.provider.s3
        kept = s3.get_object(Bucket=self.provider.bucket, Key=self.provider.key)["Body"].read()
        self._snapshots[name] = {
            "state": kept,
            "variables": self.variables.read_text(),
            "cluster": _contents(self.cluster),
            "slots": {slot: self.released(slot) for slot in ("next", "current", "image")},
        }

    def restore(self, name: str = "released") -> None:
        """Bring the account and the checkout back to what was remembered."""
        s3, ssm, kept = self.provider.s3, self.provider.ssm, self._snapshots[name]
        for item in s3.list_objects_v2(Bucket=self.provider.bucket).get("Contents", []):
            s3.delete_object(Bucket=self.provider.bucket, Key=item["Key"])
        s3.put_object(Bucket=self.provider.bucket, Key=self.provider.key, Body=kept["state"])
        for slot, tags in kept["slots"].items():
            for service, tag in tags.items():
                parameter = f"/{self.project}-dev-{service}/release/{slot}"
                ssm.delete_parameter(Name=parameter)
                ssm.put_parameter(Name=parameter, Value=tag, Type="String")
        vars(self.cluster).update(copy.deepcopy(kept["cluster"]))
        self.site.unready.clear()
        self.site.serves.clear()
        self.variables.write_text(kept["variables"])


def _contents(cluster: Cluster) -> dict[str, Any]:
    return copy.deepcopy({name: value for name, value in vars(cluster).items() if name != "lock"})


def write_variables(world: World, **more: Any) -> None:
    """Write the environment's file; a dictionary becomes a map."""
    text = _TFVARS.format(region=REGION, account=ACCOUNT, project=world.project)
    world.variables.write_text(
        text + "".join(f"{name} = {json.dumps(value)}\n" for name, value in more.items())
    )


def client(backing: Backing, service: str) -> Any:
    """Return a client of the emulated account, in the region of the environment."""
    make_client: Any = boto3.client
    key, secret = backing.emulator.root_key
    return make_client(
        service,
        endpoint_url=backing.emulator.url,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def make(
    folder: Path,
    terraform: Terraform,
    backing: Backing,
    project: str,
    source: Path = MINIATURE,
) -> World:
    """Make a checkout of the configuration `source`, and an account with only a bucket for the state."""
    configuration = folder / "infra" / "terraform"
    shutil.copytree(source, configuration, ignore=shutil.ignore_patterns(".terraform*", "*.tfstate*"))
    (configuration / "environments").mkdir(exist_ok=True)
    (folder / "programs").mkdir()
    bucket, s3 = f"{project}-state", client(backing, "s3")
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    (configuration / "environments" / "dev.s3.tfbackend").write_text(
        _BACKEND.format(bucket=bucket, region=REGION)
    )
    cluster = Cluster()
    provider = Provider(s3, client(backing, "ssm"), cluster, bucket, "dev/terraform.tfstate", REGION)
    hooks = {"/refresh": provider.refresh, "/applied": provider.applied}
    server = start(cluster, hooks)
    wrapper = folder / "programs" / "terraform"
    wrapper.write_text(
        _WRAPPER.format(
            python=sys.executable,
            port=server.server_address[1],
            command=list(terraform.command),
            settings=terraform.settings,
        )
    )
    wrapper.chmod(0o755)
    aws = {
        "AWS_ACCESS_KEY_ID": backing.emulator.root_key[0],
        "AWS_SECRET_ACCESS_KEY": backing.emulator.root_key[1],
        "AWS_ENDPOINT_URL": backing.emulator.url,
        "AWS_REGION": REGION,
    }
    site = Site(cluster, folder / "authority")
    world = World(folder, cluster, site, provider, server.server_address[1], aws, hooks, project)
    write_variables(world)
    return world


def lines(text: str) -> list[str]:
    """Return the commands that were printed, each on one line."""
    return [line.removeprefix("$ ") for line in text.splitlines() if line.startswith("$ ")]


def flat(text: str) -> str:
    """Return running text without line breaks."""
    return re.sub(r"\s+", " ", text)
