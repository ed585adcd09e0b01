"""Learning a model in a process of its own (`python -m intents.understand.learning FOLDER`), so that what it needs of
memory is given back."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from intents.understand.encoder import load_encoder
from intents.understand.handed import handed_order
from intents.understand.orders import Order


def main() -> None:
    """The order comes on the standard input; `done of` goes out, a line a step."""
    with ThreadPoolExecutor(1) as beside:
        loading = beside.submit(load_encoder)
        # The libraries that training comes with take as long to be read as the encoder does.
        from intents.understand.training import train

        order = Order.read(handed_order())
        encoder = loading.result() if order.with_encoder else None
    train(order, lambda done, of: print(done, of, flush=True), encoder).save(Path(sys.argv[1]))


if __name__ == "__main__":
    main()
