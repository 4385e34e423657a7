"""The goals of the data plane: what each figure is, and the bound it has to keep."""

from __future__ import annotations

import operator
from dataclasses import dataclass

RELATIONS = {">=": operator.ge, "<=": operator.le}


@dataclass(frozen=True, slots=True)
class Goal:
    name: str
    relation: str
    bound: float
    meaning: str

    def line(self, measured: float | None) -> str:
        """Give the GOAL line; None is a figure that could not be had, and never counts as met."""
        if measured is None:
            return f"GOAL {self.name} not-measured {self.relation} {self.bound} short"
        # Judged as printed: a line never says that 1.000 is short of 1.0.
        shown = f"{measured:.3f}" if measured < 10 else f"{measured:.1f}"
        verdict = "met" if RELATIONS[self.relation](float(shown), self.bound) else "short"
        return f"GOAL {self.name} {shown} {self.relation} {self.bound} {verdict}"


GOALS = (
    Goal("put_100m_plain_ratio", ">=", 1.0, "MB/s of nginx; hash, verification and fsync off"),
    Goal("put_100m_cpu_s_per_gb_ratio", "<=", 1.15, "server CPU per GB of nginx; the same runs"),
    Goal("put_100m_full_ratio", ">=", 0.35, "MB/s of nginx; everything on but fsync"),
    Goal("put_100m_durable_ratio", ">=", 0.5, "MB/s of nginx whose client calls fsync; everything on"),
    Goal("put_5m_full_ratio", ">=", 0.25, "MB/s of nginx; everything on but fsync"),
    Goal("put_50k_full_ops_ratio", ">=", 0.10, "PUT/s of nginx; everything on but fsync"),
    Goal("put_50k_durable_unverified_ratio", ">=", 0.25, "PUT/s of nginx without fsync; verification off"),
    Goal("sign_stateless_ratio", ">=", 0.15, "signs/s of nginx's static JSON/s; no row"),
    Goal("sign_rps_ratio", ">=", 0.08, "signs/s of nginx's static JSON/s; a durable row each"),
    Goal("get_5m_ratio", ">=", 1.0, "MB/s of nginx sendfile; the worse of 1 and 16 connections"),
    Goal("get_1m_range_ratio", ">=", 0.6, "ranges/s of nginx sendfile"),
    Goal("get_50k_ops_ratio", ">=", 0.25, "GET/s of nginx sendfile"),
    Goal("rss_growth_mb", "<=", 64, "peak growth in MB over 200 PUTs of 100 MB, 16 at once"),
    Goal("slow_clients", "<=", 50, "p99 of signing in ms while 200 uploads drip at 1 KB/s"),
)
