"""Legal hold: put, released, and on whom one stands. Between admins alone, so nothing of it is said in public."""

from __future__ import annotations

from crm_core import references
from crm_core.errors import Refused
from crm_core.privacy import legal_holds
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import ContactRefArg, TextArg


@command(
    "contact.hold",
    {
        "en": [
            "hold {held} because {reason}",
            "(put|place) {held} (under|on) legal hold (because|:) {reason}",
            "legal hold {held} [because|:] {reason}",
            "legal hold {held}",
        ],
        "de": [
            "Löschsperre {held} wegen {reason}",
            "löschsperre (für|auf|bei) {held} (wegen|weil|:) {reason}",
            "löschsperre {held}",
            "(sperre|sperren sie) [die] löschung von {held} (wegen|weil|:) {reason}",
        ],
    },
    changes=True,
)
async def hold(context: Context, held: ContactRefArg, reason: TextArg) -> Reply:
    _require_private(context)
    await legal_holds.put(context.session, context.actor, held, reason, context.now)
    ref = references.ref("contact", held)
    return context.reply("hold.put", shown=[ref], ref=ref)


@command(
    "contact.release-hold",
    {
        "en": [
            "release hold {held}",
            "(release|lift) [the] [legal] hold (of|on|for) {held}",
            "(release|lift) legal hold {held}",
        ],
        "de": [
            "Löschsperre {held} aufheben",
            "löschsperre (von|für|auf|bei) {held} aufheben",
            "(hebe|heben sie) [die] löschsperre [von|für|auf|bei] {held} auf",
        ],
    },
    changes=True,
)
async def release(context: Context, held: ContactRefArg) -> Reply:
    _require_private(context)
    released = await legal_holds.release(context.session, context.actor, held, context.now)
    ref = references.ref("contact", held)
    return context.reply("hold.released", shown=[ref], ref=ref, since=released.since, reason=released.reason)


@command(
    "contact.holds",
    {
        "en": ["legal holds", "[show|list] [all] [the] legal holds", "who is under legal hold"],
        "de": ["Löschsperren", "[zeige|liste] [alle] [die] löschsperren", "wer steht unter löschsperre"],
    },
)
async def list_holds(context: Context) -> Reply:
    _require_private(context)
    found = await legal_holds.holds(context.session, context.actor)
    if not found:
        return context.reply("hold.nobody")
    rows = [
        [references.ref("contact", one.contact_id), context.shown_as(one.since), one.put_by, one.reason]
        for one in found
    ]
    columns = [context.say(id) for id in ("card.contact", "hold.since", "history.who", "hold.reason")]
    listed = "; ".join(f"{ref} ({reason})" for ref, _since, _name, reason in rows)
    shown = [row[0] for row in rows]
    return context.reply("hold.listed", Table(columns, rows), shown=shown, count=len(rows), listed=listed)


def _require_private(context: Context) -> None:
    """Raises Refused."""
    if context.ask.is_public:
        raise Refused("public.ask-privately")
