"""What is counted: for `/metrics`, never with a customer's data in a label."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

REQUEST_SECONDS = Histogram(
    "offhook_request_seconds",
    "Time to answer a request.",
    ["route", "status"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.3, 1, 3, 15),
)
EFFECTS = Counter("offhook_effects_total", "Side effects by kind and outcome.", ["kind", "outcome"])
WAITING = Gauge("offhook_waiting", "Rows due and not done yet.", ["queue"])
