"""`bench`: what the suite costs, against limits and peers."""

from __future__ import annotations

import click

from slipway.bench import consistency, report
from slipway.bench.downloads import crowd
from slipway.bench.downloads import run as downloads
from slipway.bench.downloads.readers import DownloadPlan
from slipway.bench.run import Options, run
from slipway.bench.stage import Size
from slipway.commands import context
from slipway.terminal import console
from slipway.terminal.problems import FAILED, OK
from slipway.terminal.progress import PlainLines

_QUICK = Options(rounds=1, seconds=1, size=Size(users=20, todos=20, large=120))


@click.group(invoke_without_command=True)
@click.option("--rounds", default=3, type=click.IntRange(1, 100), help="How often each case is loaded.")
@click.option("--seconds", default=4.0, type=click.FloatRange(1, 600), help="How long each time.")
@click.option("--users", default=200, type=click.IntRange(1, 10_000), help="Accounts of the mixed load.")
@click.option("--todos", default=1000, type=click.IntRange(1, 9_000), help="To-dos of each.")
@click.option("--quick", is_flag=True, help="Only show that every case runs: little data, short loads.")
@click.option("--keep", is_flag=True, help="Write JSON and plot to benchmarks/results.")
@click.pass_context
def command(
    ctx: click.Context, *, rounds: int, seconds: float, users: int, todos: int, quick: bool, keep: bool
) -> int:
    """Measure server CPU, throughput and latency in a private suite, in interleaved rounds.

    Exit code 1 when an answer was wrong. A goal that is missed is shown and is no failure: machines differ.
    """
    if ctx.invoked_subcommand is not None:
        return OK
    folder = context.ROOT / "benchmarks" / "results"
    options = _QUICK if quick else Options(rounds, seconds, Size(users, todos))
    results = run(
        context.ROOT, context.ROOT / ".slipway" / "bench", options, PlainLines(console.out), console.say
    )
    found = report.document(results, report.read(folder))
    console.say()
    console.print_table(report.table(found))
    if keep:
        report.write(found, folder)
        console.say(f"\nWritten to {folder}.")
    wrong = {name: one.wrong for name, one in results.medians().items() if one.wrong}
    if wrong:
        console.say(f"\nWrong answers: {wrong}", "bold red")
    return FAILED if wrong else OK


@command.command("consistency")
@click.option("--reads", default=100_000, type=click.IntRange(1), help="How many reads in all.")
@click.option("--processes", default=4, type=click.IntRange(1, 64), help="From how many processes.")
def check_consistency(reads: int, processes: int) -> int:
    """Read and write through the cache while its Redis is killed, frozen and started with old data.

    Exit code 1 when a read was older than the last write that was acknowledged before it.
    """
    verdict = consistency.check(
        context.ROOT / ".slipway" / "bench-consistency", reads, processes, console.say
    )
    console.say(
        f"\n{verdict.reads} reads, {verdict.hits} of them from Redis, beside {verdict.writes} writes and"
        f" {verdict.blows} blows: {verdict.stale} older than the last acknowledged write.",
        "bold red" if verdict.stale else "bold green",
    )
    return FAILED if verdict.stale else OK


@command.command("downloads")
@click.option("--rounds", default=3, type=click.IntRange(1, 100), help="How often each way is loaded.")
@click.option("--seconds", default=4.0, type=click.FloatRange(1, 600), help="How long each time.")
@click.option("--quick", is_flag=True, help="Only show that every case runs: short loads, few pictures.")
@click.option("--keep", is_flag=True, help="Write JSON to benchmarks/results.")
def compare_downloads(*, rounds: int, seconds: float, quick: bool, keep: bool) -> int:
    """Compare the edge with nginx over the same files, and pictures and signatures with their libraries.

    Exit code 1 when an answer was wrong. A goal that is missed is shown and is no failure: machines differ.
    """
    options = downloads.QUICK if quick else downloads.DownloadOptions(rounds, seconds)
    found = downloads.run(context.ROOT, context.ROOT / ".slipway" / "bench-downloads", options, console.say)
    console.say()
    console.print_table(report.table(found))
    console.say(f"\nMost memory of a process that makes thumbnails: {found['peak_mib']} MiB")
    if keep:
        folder = context.ROOT / "benchmarks" / "results"
        report.write_document(found, folder / "downloads.json")
        console.say(f"Written to {folder / 'downloads.json'}.")
    wrong = {name: one["wrong"] for name, one in found["medians"].items() if one["wrong"]}
    if wrong:
        console.say(f"\nWrong answers: {wrong}", "bold red")
    return FAILED if wrong else OK


@command.command("crowd")
@click.option("--downloads", default=10_000, type=click.IntRange(1), help="How many downloads in all.")
@click.option("--mebibytes", default=20, type=click.IntRange(1, 1024), help="How large the release is.")
@click.option("--at-once", default=64, type=click.IntRange(2, 190), help="How many at the same time.")
@click.option("--quick", is_flag=True, help="300 downloads of 1 MiB.")
def crowd_downloads(*, downloads: int, mebibytes: int, at_once: int, quick: bool) -> int:
    """Release a file in a private suite, download it by a crowd, and count what reaches bucket and service.

    Each tenth download is of a part. Exit code 1 when a byte was wrong, or there was more than one fetch.
    """
    plan, size = DownloadPlan(300 if quick else downloads, at_once), (1 if quick else mebibytes) * 2**20
    state = context.ROOT / ".slipway" / "bench-crowd"
    found = crowd.run(context.ROOT, state, plan, size, PlainLines(console.out))
    tally = found.tally
    console.say(
        f"\n{tally.downloads} downloads ({tally.parts} of parts), {plan.at_once} at once,"
        f" in {found.seconds} s: {tally.bytes / found.seconds / 1e6:.0f} MB/s, {tally.wrong} wrong;"
        f" the edge says {dict(tally.edge)}."
    )
    console.say(
        f"The gateway's log has {found.logged} requests, of which {found.fetches} reached the bucket;"
        f" media answered {found.service_requests:.0f} requests.",
        "bold green" if found.is_as_promised else "bold red",
    )
    return OK if found.is_as_promised else FAILED
