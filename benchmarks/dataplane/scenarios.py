"""What is measured: each scenario starts its servers, runs its load and gives the figures of its goals."""

from __future__ import annotations

import itertools
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, replace
from operator import attrgetter

import machine
import process_tree
from bench import Bench, Contender
from load import LoadFailed, Requests, Result, finished
from samples import Sample
from servers import API_KEY, Greenroom, Nginx, Server, sign_body

NO_HASH = {"GREENROOM_BENCH_HASH": "off"}
NO_VERIFICATION = {"GREENROOM_BENCH_VERIFY": "off"}
NO_FSYNC = {"GREENROOM_STORAGE_FSYNC": "off"}
NO_ROWS = {"GREENROOM_BENCH_SIGN_ROWS": "off"}

RANGE_1M = "Range: bytes=50331648-51380223"  # 1 MiB from the middle
SIGNING_CONNECTIONS = 32
SLOW_UPLOADS, SLOW_BYTES_PER_S = 200, 1024
GROWTH_UPLOADS, GROWTH_CONNECTIONS = 200, 16

_names = itertools.count()  # no PUT to nginx replaces the file of another

MB_PER_S, CPU_PER_GB, PER_S = map(attrgetter, ("mb_per_s", "cpu_s_per_gb", "requests_per_s"))

Measured = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scenario:
    goals: tuple[str, ...]
    measure: Callable[[Bench, ExitStack], Measured]
    against_nginx: bool = True
    # Large files go when their scenario ends, for the space; the many small ones stay to the end of the run,
    # because deleting them slows down whoever creates files next (see machine.spread_subfolders).
    removes_files: bool = False


def put_50k(bench: Bench, running: ExitStack) -> Measured:
    """16 connections; an image is decoded in full, so verification dominates."""
    sample = bench.samples.photo_50k
    nginx = running.enter_context(bench.nginx())
    unsynced = running.enter_context(bench.greenroom(**NO_FSYNC))
    durable = running.enter_context(bench.greenroom())
    unverified = running.enter_context(bench.greenroom(**NO_VERIFICATION))
    shown = bench.side_by_side(
        "PUT 50 KB, 16 connections",
        put_to_nginx(nginx, sample, 16, bench.count(6000)),
        put_to_greenroom("greenroom, fsync off", unsynced, sample, 16, bench.count(1500)),
        put_to_greenroom("greenroom", durable, sample, 16, bench.count(1500)),
        put_to_greenroom("greenroom, verification off", unverified, sample, 16, bench.count(2000)),
    )
    return {
        "put_50k_full_ops_ratio": shown.ratio(PER_S, "greenroom, fsync off", "nginx"),
        "put_50k_durable_unverified_ratio": shown.ratio(PER_S, "greenroom, verification off", "nginx"),
    }


def sign(bench: Bench, running: ExitStack) -> Measured:
    """32 connections; nginx answers with constant JSON of the same size."""
    nginx = running.enter_context(bench.nginx())
    rowless = running.enter_context(bench.greenroom(**NO_ROWS))
    durable = running.enter_context(bench.greenroom())
    shown = bench.side_by_side(
        "POST sign, 32 connections",
        signing(bench, "nginx", nginx),
        signing(bench, "greenroom, no row", rowless),
        signing(bench, "greenroom", durable),
    )
    return {
        "sign_stateless_ratio": shown.ratio(PER_S, "greenroom, no row", "nginx"),
        "sign_rps_ratio": shown.ratio(PER_S, "greenroom", "nginx"),
    }


def get_50k(bench: Bench, running: ExitStack) -> Measured:
    """16 connections."""
    sample = bench.samples.photo_50k
    nginx, greenroom = running.enter_context(bench.nginx()), running.enter_context(bench.greenroom())
    shown = bench.side_by_side(
        "GET 50 KB, 16 connections",
        *(getting(bench, server, server.keep(sample), 16) for server in (nginx, greenroom)),
    )
    return {"get_50k_ops_ratio": shown.ratio(PER_S, "greenroom", "nginx")}


def get_5m(bench: Bench, running: ExitStack) -> Measured:
    """One viewer, then sixteen."""
    sample = bench.samples.video_5m
    nginx, greenroom = running.enter_context(bench.nginx()), running.enter_context(bench.greenroom())
    paths = [(server, server.keep(sample)) for server in (nginx, greenroom)]
    ratios = []
    for connections in (1, 16):
        shown = bench.side_by_side(
            f"GET 5 MB, {connections} connection{'s' * (connections > 1)}",
            *(getting(bench, server, path, connections) for server, path in paths),
        )
        ratios.append(shown.ratio(MB_PER_S, "greenroom", "nginx"))
    return {"get_5m_ratio": min(ratios)}


def get_1m_range(bench: Bench, running: ExitStack) -> Measured:
    """A player that seeks: 1 MiB from the middle of 100 MB, 4 connections."""
    sample = bench.samples.video_100m
    nginx, greenroom = running.enter_context(bench.nginx()), running.enter_context(bench.greenroom())
    shown = bench.side_by_side(
        "GET 1 MiB range, 4 connections",
        *(getting(bench, server, server.keep(sample), 4, RANGE_1M) for server in (nginx, greenroom)),
    )
    return {"get_1m_range_ratio": shown.ratio(PER_S, "greenroom", "nginx")}


def put_5m(bench: Bench, running: ExitStack) -> Measured:
    """4 connections."""
    sample = bench.samples.video_5m
    nginx, greenroom = (
        running.enter_context(bench.nginx()),
        running.enter_context(bench.greenroom(**NO_FSYNC)),
    )
    shown = bench.side_by_side(
        "PUT 5 MB, 4 connections, fsync off",
        put_to_nginx(nginx, sample, 4, bench.count(160)),
        put_to_greenroom("greenroom", greenroom, sample, 4, bench.count(80)),
    )
    return {"put_5m_full_ratio": shown.ratio(MB_PER_S, "greenroom", "nginx")}


def put_100m_plain(bench: Bench, running: ExitStack) -> Measured:
    """What receiving and storing alone costs: the rest is switched off, as it is in nginx."""
    nginx = running.enter_context(bench.nginx())
    greenroom = running.enter_context(bench.greenroom(**NO_HASH, **NO_VERIFICATION, **NO_FSYNC))
    shown = bench.side_by_side(
        "PUT 100 MB, hash, verification and fsync off",
        put_to_nginx(nginx, bench.samples.video_100m, 1, bench.count(8)),
        put_to_greenroom("greenroom", greenroom, bench.samples.video_100m, 1, bench.count(8)),
    )
    return {
        "put_100m_plain_ratio": shown.ratio(MB_PER_S, "greenroom", "nginx"),
        "put_100m_cpu_s_per_gb_ratio": shown.ratio(CPU_PER_GB, "greenroom", "nginx"),
    }


def put_100m_full(bench: Bench, running: ExitStack) -> Measured:
    """Hash, sniffing, verification of a real video and its row; nothing waits for the disk."""
    nginx, greenroom = (
        running.enter_context(bench.nginx()),
        running.enter_context(bench.greenroom(**NO_FSYNC)),
    )
    shown = bench.side_by_side(
        "PUT 100 MB, fsync off",
        put_to_nginx(nginx, bench.samples.video_100m, 1, bench.count(8)),
        put_to_greenroom("greenroom", greenroom, bench.samples.video_100m, 1, bench.count(6)),
    )
    return {"put_100m_full_ratio": shown.ratio(MB_PER_S, "greenroom", "nginx")}


def put_100m_durable(bench: Bench, running: ExitStack) -> Measured:
    """As it is used; nginx never calls fsync, so the load program does it for it, within the time."""
    nginx, greenroom = running.enter_context(bench.nginx()), running.enter_context(bench.greenroom())
    shown = bench.side_by_side(
        "PUT 100 MB, fsync on",
        put_to_nginx(nginx, bench.samples.video_100m, 1, bench.count(6), synced=True),
        put_to_greenroom("greenroom", greenroom, bench.samples.video_100m, 1, bench.count(6)),
    )
    return {"put_100m_durable_ratio": shown.ratio(MB_PER_S, "greenroom", "nginx")}


def rss_growth(bench: Bench, running: ExitStack) -> Measured:
    """
    200 PUTs of 100 MB, 16 at once, everything on: how far memory rises above that of a server at rest.

    The figure is the peak of the processes that were there before, the server and its zygote. Verifiers live
    for one file, under a memory limit of their own; the table shows the peak with them too.
    """
    sample = bench.samples.video_100m
    count = max(bench.count(GROWTH_UPLOADS), GROWTH_CONNECTIONS)
    _require_space(bench, count * sample.size)
    greenroom = running.enter_context(bench.greenroom())
    greenroom.keep(bench.samples.photo_50k)  # what is loaded at the first upload is no growth
    contender = put_to_greenroom("greenroom", greenroom, sample, GROWTH_CONNECTIONS, count)
    requests = contender.prepare()
    peaks = process_tree.MemoryPeaks(greenroom.pid)
    before_rss = process_tree.rss_mb(peaks.residents)
    before_pss = process_tree.pss_mb(stat.pid for stat in process_tree.tree(greenroom.pid))
    with peaks:
        result = bench.load.run(requests)
    after_rss = process_tree.rss_mb(peaks.residents)
    bench.notes.append(
        f"{count} PUTs of 100 MB, 16 at once: {result.bytes / result.wall_s / 1e6:.0f} MB/s; "
        f"RSS of server and zygote {before_rss:.0f} MB before, {peaks.residents_rss_mb:.0f} MB at the peak, "
        f"{after_rss:.0f} MB after; "
        f"PSS with verifiers {before_pss:.0f} MB before, {peaks.whole_pss_mb:.0f} MB at the peak"
    )
    return {"rss_growth_mb": peaks.residents_rss_mb - before_rss}


def slow_clients(bench: Bench, running: ExitStack) -> Measured:
    """200 phones on a bad line, 1 KB/s each, while 32 connections sign as fast as they can."""
    greenroom = running.enter_context(bench.greenroom())
    alone = signing(bench, "alone", greenroom)
    bench.load.run(alone.prepare())
    undisturbed_p99 = bench.undisturbed(alone).load.p99_ms
    results = [_sign_beside_slow_uploads(bench, greenroom, alone.prepare()) for _ in range(bench.rounds)]
    p99 = statistics.median(result.p99_ms for result in results)
    bench.notes.append(
        f"signing beside {SLOW_UPLOADS} uploads at 1 KB/s: p99 {p99:.1f} ms (rounds: "
        f"{', '.join(f'{result.p99_ms:.1f}' for result in results)}), "
        f"worst {max(result.max_ms for result in results):.1f} ms, "
        f"{statistics.median(result.ok / result.wall_s for result in results):.0f}/s; "
        f"p99 without them {undisturbed_p99:.1f} ms"
    )
    return {"slow_clients": p99}


def _sign_beside_slow_uploads(bench: Bench, greenroom: Greenroom, signs: Requests) -> Result:
    settle_s = 1.0
    dripping = bench.load.start(_slow_uploads(bench, greenroom, settle_s + signs.seconds + settle_s))
    time.sleep(settle_s)
    result = bench.load.run(signs)
    slow = finished(dripping)
    if slow.failed:
        raise LoadFailed(f"{slow.failed} of {SLOW_UPLOADS} slow uploads were cut: {slow.first_failure}")
    return result


SCENARIOS = (
    Scenario(("put_50k_full_ops_ratio", "put_50k_durable_unverified_ratio"), put_50k),
    Scenario(("sign_stateless_ratio", "sign_rps_ratio"), sign),
    Scenario(("get_50k_ops_ratio",), get_50k),
    Scenario(("get_5m_ratio",), get_5m),
    Scenario(("get_1m_range_ratio",), get_1m_range),
    Scenario(("slow_clients",), slow_clients, against_nginx=False),
    Scenario(("put_5m_full_ratio",), put_5m, removes_files=True),
    Scenario(("put_100m_plain_ratio", "put_100m_cpu_s_per_gb_ratio"), put_100m_plain, removes_files=True),
    Scenario(("put_100m_full_ratio",), put_100m_full, removes_files=True),
    Scenario(("put_100m_durable_ratio",), put_100m_durable, removes_files=True),
    Scenario(("rss_growth_mb",), rss_growth, against_nginx=False, removes_files=True),
)


def put_to_nginx(nginx: Nginx, sample: Sample, connections: int, count: int, *, synced: bool = False) -> Contender:
    """PUTs under new names every time; `synced` has the load program call fsync on file and folder."""

    def prepare() -> Requests:
        urls = [f"/files/{next(_names)}" for _ in range(count)]
        requests = Requests.put(nginx.port, urls, sample, connections, 201)
        return replace(requests, sync_under=nginx.files) if synced else requests

    return Contender("nginx", nginx, prepare)


def put_to_greenroom(label: str, greenroom: Greenroom, sample: Sample, connections: int, count: int) -> Contender:
    def prepare() -> Requests:
        urls = [signed.upload_path for signed in greenroom.signed(sample, count)]
        return replace(Requests.put(greenroom.port, urls, sample, connections, 200), contains='"code":0')

    return Contender(label, greenroom, prepare)


def getting(bench: Bench, server: Server, path: str, connections: int, *headers: str) -> Contender:
    expect = 206 if headers else 200
    requests = Requests(
        port=server.port,
        method="GET",
        urls=[path],
        connections=connections,
        seconds=bench.seconds(2),
        headers=headers,
        expect=expect,
    )
    return Contender(server.name, server, lambda: requests)


def signing(bench: Bench, label: str, server: Server) -> Contender:
    body = bench.folder / "sign.json"
    body.write_bytes(sign_body(bench.samples.video_5m))
    requests = Requests(
        port=server.port,
        method="POST",
        urls=["/v2/upload/asset"],
        connections=SIGNING_CONNECTIONS,
        seconds=bench.seconds(2),
        body=body,
        headers=(f"x-api-key: {API_KEY}",),
        contains='"code":0',
    )
    return Contender(label, server, lambda: requests)


def _slow_uploads(bench: Bench, greenroom: Greenroom, seconds: float) -> Requests:
    sample = bench.samples.video_5m
    urls = [signed.upload_path for signed in greenroom.signed(sample, SLOW_UPLOADS)]
    return replace(
        Requests.put(greenroom.port, urls, sample, SLOW_UPLOADS, 200),
        seconds=seconds,
        bytes_per_s=SLOW_BYTES_PER_S,
    )


def _require_space(bench: Bench, size: int) -> None:
    free = machine.free_bytes(str(bench.folder))
    if free < size * 1.5:
        raise LoadFailed(f"needs {size * 1.5 / 1e9:.0f} GB of free disk, {free / 1e9:.0f} GB are there")
