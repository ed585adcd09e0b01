"""Files: what is attached to a record."""

from __future__ import annotations

from crm_core import files, references
from crm_core.message import say
from intents.registry import Context, command
from intents.reply import Reply, Table
from intents.slots import RecordArg


@command(
    "file.list",
    {
        "en": ["files {record}", "[the] (files|attachments) (of|on|for) {record}", "(attachments|documents) {record}"],
        "de": ["Dateien {record}", "[die] (dateien|anhänge) (von|bei|zu) {record}", "(anhänge|dokumente) {record}"],
    },
)
async def list_files(context: Context, record: RecordArg) -> Reply:
    kind, record_id = record
    ref = references.ref(kind, record_id)
    if context.ask.is_public:
        return context.reply("public.ask-privately")
    found = await files.files_of(context.session, context.actor, kind, record_id)
    if not found:
        return context.reply("file.none", shown=[ref], ref=ref)
    rows = [[file.ref, file.name, file.media_type, files.shown_size(file.size), file.created_by] for file in found]
    columns = [context.say(label) for label in ("card.files", "card.name", "file.type", "file.size", "file.by")]
    lines = (say("file.line", ref=file.ref, name=file.name, size=files.shown_size(file.size)) for file in found)
    listed = "; ".join(context.shown_as(line) for line in lines)
    return context.reply("file.listed", Table(columns, rows), shown=[ref], ref=ref, count=len(found), listed=listed)
