"""`offhook nlu`: how people are understood."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Literal

import typer

from webhooks.command_line import run, settings, show

nlu_app = typer.Typer(no_args_is_help=True, help="How people are understood: learn, measure, explain.")


@nlu_app.command()
def train() -> None:
    """Learn from the training data, so that the first start need not wait for it."""
    from webhooks import nlu

    show(nlu.train(settings()))


@nlu_app.command()
def explain(
    text: str,
    as_json: Annotated[bool, typer.Option("--json", help="The same as JSON.")] = False,
) -> None:
    """What a sentence is taken for, how surely, and which of its words say so."""
    from webhooks import nlu

    explained = nlu.explain(settings(), text)
    show(json.dumps(nlu.as_json(explained), ensure_ascii=False) if as_json else nlu.as_text(explained))


@nlu_app.command()
def review(
    label: Annotated[tuple[int, str], typer.Option(help="The id of a sentence, and the command it means.")] = (
        0,
        "",
    ),
    text: Annotated[str | None, typer.Option(help="With --label: the sentence as it is to be learnt.")] = None,
    ignore: Annotated[int | None, typer.Option(help="The id of a sentence that is not worth it.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="The list as JSON.")] = False,
) -> None:
    """Sentences that were not understood, without names and numbers: say what they mean, one after the other."""
    from webhooks import nlu_review

    id, intent = label
    if intent:
        show(run(nlu_review.label(settings(), id, intent, text)))
    elif ignore is not None:
        show(run(nlu_review.ignore(settings(), ignore)))
    elif as_json or not sys.stdin.isatty():
        run(nlu_review.show(settings(), limit, as_json=as_json))
    else:
        run(nlu_review.go_through(settings(), limit))


@nlu_app.command()
def evaluate(
    file: Annotated[Path, typer.Argument(help="A CSV file with the columns text, intent and split.")],
    train_split: Annotated[str, typer.Option("--train", help="The split to learn from.")],
    test_split: Annotated[str, typer.Option("--test", help="The split to be judged by; nothing is learnt from it.")],
    val_split: Annotated[
        str | None, typer.Option("--val", help="The split that sets thresholds; parts of --train when left out.")
    ] = None,
    oos_label: Annotated[
        str | None, typer.Option(help="The intent of what is out of scope; `oos` where the file has that.")
    ] = None,
    tier: Annotated[
        Literal["1", "2"] | None,
        typer.Option(help="1: words alone. 2: always with the encoder. Left out: 1 where it is sure, else 2."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON.")] = False,
) -> None:
    """Learn from one split of a file and be judged by another: the same way and settings for every file."""
    from webhooks import nlu_evaluation

    wanted = nlu_evaluation.Splits(train_split, test_split, val_split)
    chosen = nlu_evaluation.TIERS[tier]
    report = nlu_evaluation.evaluate(file, wanted, oos_label, chosen)
    if as_json:
        show(json.dumps(report.figures()))
    else:
        nlu_evaluation.print_report(report)
