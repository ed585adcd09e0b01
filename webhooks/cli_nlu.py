"""`offhook nlu`: how people are understood."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
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
    file: Annotated[
        Path | None,
        typer.Argument(
            help="A CSV file with the columns text, intent and split. Left out: our own model, by our own utterances"
            " that it does not learn from."
        ),
    ] = None,
    train_split: Annotated[str | None, typer.Option("--train", help="The split to learn from.")] = None,
    test_split: Annotated[
        str | None, typer.Option("--test", help="The split to be judged by; nothing is learnt from it.")
    ] = None,
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
    if file is None:
        if train_split or test_split or val_split or oos_label:
            raise typer.BadParameter("Splits and labels are those of a FILE.")
        _evaluate_own(tier, as_json=as_json)
        return
    if train_split is None or test_split is None:
        raise typer.BadParameter("Of a FILE, --train and --test name the splits.")
    from webhooks import nlu_evaluation

    wanted = nlu_evaluation.Splits(train_split, test_split, val_split)
    chosen = nlu_evaluation.TIERS[tier]
    report = nlu_evaluation.evaluate(file, wanted, oos_label, chosen)
    if as_json:
        show(json.dumps(report.figures()))
    else:
        nlu_evaluation.print_report(report)


def _evaluate_own(tier: Literal["1", "2"] | None, *, as_json: bool) -> None:
    from webhooks import nlu_held_back
    from webhooks.nlu_evaluation import TIERS

    found = nlu_held_back.evaluate(TIERS[tier], datetime.now(UTC))
    if as_json:
        show(json.dumps(nlu_held_back.figures(found)))
    else:
        nlu_held_back.print_report(found)
