"""`python -m slipway`: the command line."""

from __future__ import annotations

import importlib
import signal
import sys
from typing import Any

import click

from slipway import __version__
from slipway.settings.isolation import ignore_user_settings
from slipway.terminal import console
from slipway.terminal.problems import FAILED, INTERRUPTED, Problem, write_problem

# A command is a module of slipway.commands with a click command named `command`; adding one is a line here.
_COMMANDS = {
    "up": "slipway.commands.up",
    "down": "slipway.commands.down",
    "status": "slipway.commands.status",
    "logs": "slipway.commands.logs",
    "restart": "slipway.commands.restart",
    "reset": "slipway.commands.reset",
    "doctor": "slipway.commands.doctor",
    "trust": "slipway.commands.trust",
    "grant": "slipway.commands.grant",
    "revoke": "slipway.commands.revoke",
    "edge-key": "slipway.commands.edge_key",
    "dlq": "slipway.commands.dlq",
    "mail": "slipway.commands.mail",
    "demo": "slipway.commands.demo",
    "test": "slipway.commands.test",
    "check": "slipway.commands.check",
    "new": "slipway.commands.new",
    "remove": "slipway.commands.remove",
    "manifest": "slipway.commands.manifest",
    "openapi": "slipway.commands.openapi",
    "compose": "slipway.commands.compose",
    "lock": "slipway.commands.lock",
    "bench": "slipway.commands.bench",
    "costs": "slipway.commands.costs",
    "deploy": "slipway.commands.deploy",
}


# Commands about an AWS account, with the user's profile and credentials; all others are about this machine.
_IN_AWS = frozenset({"deploy", "edge-key", "grant", "revoke"})


class _Commands(click.Group):
    """Imports a command's module only when it is asked for, so that each starts fast."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(_COMMANDS[cmd_name]).command
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="slipway")
@click.pass_context
def cli(context: click.Context) -> None:
    """Start, run, test and check a suite of small services.

    \b
    Exit codes: 0 done; 1 failed; 2 wrong usage; 69 something this machine needs is missing;
    73 a file cannot be written; 75 a port is taken or another command is at work; 130 interrupted.
    """
    if context.invoked_subcommand not in _IN_AWS:
        ignore_user_settings()


def main() -> None:
    """Run the command line; expected trouble ends in a sentence and an exit code, never a traceback."""
    signal.signal(signal.SIGTERM, _interrupt)
    signal.signal(signal.SIGHUP, _interrupt)
    sys.exit(_run())


def _run() -> int:
    try:
        result: Any = cli.main(prog_name="./slipway", standalone_mode=False)
    except click.exceptions.Exit as done:
        return done.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        console.print_problem("interrupted", "")
        return INTERRUPTED
    except Problem as problem:
        console.print_problem(problem.what, problem.next_step)
        return problem.code
    except BrokenPipeError:
        return FAILED
    except OSError as error:
        trouble = write_problem(error)
        if trouble is None:
            raise
        console.print_problem(trouble.what, trouble.next_step)
        return trouble.code
    return result if isinstance(result, int) else 0


def _interrupt(_number: int, _frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
