"""A stand-in for a provider that has learned what the schema does not say. Run by the stand-ins' own Python.

`program.py SERVER` serves what the program SERVER serves, and besides: a change of what AWS has no call to
change replaces the resource, what is made has addresses in the resource's own region, and
`ephemeral "random_password"` makes passwords that no state keeps. With
`--reattach FILE` it serves command after command, until the process that has started it is gone.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import select
import string
import sys
import threading
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

from replaced import REPLACED  # it lies beside this program, in no package

_FLAGS = ("upper", "lower", "numeric", "special")
_PASSWORD = {
    "version": 0,
    "block": {
        "attributes": {
            "length": {"type": "number", "required": True},
            **{flag: {"type": "bool", "optional": True, "computed": True} for flag in _FLAGS},
            "override_special": {"type": "string", "optional": True},
            "result": {"type": "string", "computed": True, "sensitive": True},
            "bcrypt_hash": {"type": "string", "computed": True, "sensitive": True},
        }
    },
}


def _imported(path: str) -> Any:
    spec = importlib.util.spec_from_file_location("stand_in_server", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _plain(value: Any) -> str:
    """Return a value in a form that does not depend on the order of a set; unknowns are like no value."""
    if isinstance(value, list):
        return json.dumps(sorted(_plain(one) for one in value))
    return json.dumps(value, sort_keys=True, default=lambda _: "unknown")


def _password(wanted: dict[str, Any]) -> str:
    sets = {
        "upper": string.ascii_uppercase,
        "lower": string.ascii_lowercase,
        "numeric": string.digits,
        "special": wanted.get("override_special") or "!@#$%&*()-_=+[]{}<>:?",
    }
    letters = "".join(sets[flag] for flag in _FLAGS if wanted.get(flag) is not False)
    return "".join(secrets.choice(letters) for _ in range(wanted["length"]))


def _regional(server: Any) -> type[Any]:
    """Return the server's provider with addresses in each resource's own region."""
    asked = threading.local()

    class Regional(server.Provider):  # type: ignore[misc]
        """See above."""

        @property
        def region(self) -> str:
            return getattr(asked, "region", None) or str(super().region)

        def ApplyResourceChange(self, request: Any) -> bytes:  # noqa: N802  # the protocol's name
            region = (server.undyn(server.first(request, 3)) or {}).get("region")
            asked.region = region if isinstance(region, str) else None
            try:
                return bytes(super().ApplyResourceChange(request))
            finally:
                asked.region = None

    return Regional


def _learned(server: Any) -> type[Any]:
    """Return the server's provider with what it has learned."""
    first, field, dyn, undyn = server.first, server.ln, server.dyn, server.undyn

    class Learned(_regional(server)):  # type: ignore[misc]
        """See above. Each method takes a parsed request and returns the response's bytes."""

        def __init__(self, doc: Any, path: str) -> None:
            def with_passwords() -> dict[str, Any]:
                found: dict[str, Any] = doc()
                if "random_password" in found["resource_schemas"]:
                    found["ephemeral_resource_schemas"] = {"random_password": _PASSWORD}
                return found

            super().__init__(with_passwords, path)
            if Path(path).name.startswith("random."):
                self.wire = server.enc_provider(with_passwords())

        def PlanResourceChange(self, request: Any) -> bytes:  # noqa: N802  # the protocol's name
            kind = first(request, 1).decode()
            answer: bytes = super().PlanResourceChange(request)
            prior, planned = undyn(first(request, 2)), undyn(first(server.parse(answer), 1))
            if prior is None or planned is None:
                return answer
            attributes = {*REPLACED.get(kind, ()), *(["region"] if kind.startswith("aws_") else [])}
            moved = [
                name
                for name in sorted(attributes)
                if name in planned and _plain(prior.get(name)) != _plain(planned[name])
            ]
            return answer + b"".join(field(2, field(1, field(1, name))) for name in moved)

        def ValidateEphemeralResourceConfig(self, request: Any) -> bytes:  # noqa: N802  # the protocol's name
            return b""

        def OpenEphemeralResource(self, request: Any) -> bytes:  # noqa: N802  # the protocol's name
            wanted = undyn(first(request, 2))
            flags = {flag: wanted.get(flag) is not False for flag in _FLAGS}
            return bytes(field(3, dyn({**wanted, **flags, "result": _password(wanted), "bcrypt_hash": ""})))

        def CloseEphemeralResource(self, request: Any) -> bytes:  # noqa: N802  # the protocol's name
            return b""

    return Learned


def _end_after(starter: int) -> None:
    select.select([os.pidfd_open(starter)], [], [])
    os._exit(0)


def main() -> None:
    """Serve."""
    path = sys.argv.pop(1)
    if "--reattach" in sys.argv:
        threading.Thread(target=_end_after, args=(os.getppid(),), daemon=True).start()
    sys.path.insert(0, str(Path(path).parent))
    server = _imported(path)
    server.Provider = _learned(server)
    server.METHODS = [name for name in dir(server.Provider) if name[0].isupper()]
    server.main()


if __name__ == "__main__":
    main()
