"""Checks one request to Twilio's REST API against its published OpenAPI description."""

import functools
import re
from collections import Counter
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.contracts import twiml
from tests.contracts.location import load

Json = dict[str, Any]
Form = list[tuple[str, str]]

CALL_EVENTS = {"initiated", "ringing", "answered", "completed"}
CONFERENCE_EVENTS = {"start", "end", "join", "leave", "mute", "hold", "modify", "speaker", "announcement"}
RECORDING_EVENTS = {"in-progress", "completed", "absent"}
EVENTS = {
    "StatusCallbackEvent": CALL_EVENTS,
    "ConferenceStatusCallbackEvent": CONFERENCE_EVENTS,
    "RecordingStatusCallbackEvent": RECORDING_EVENTS,
    "ConferenceRecordingStatusCallbackEvent": RECORDING_EVENTS,
}
E164 = r"\+[1-9]\d{6,14}"
ADDRESS = rf"{E164}|\d{{3,8}}|(whatsapp|messenger|rcs):.+|[A-Za-z0-9 ]{{1,11}}"
ENDPOINT = rf"{E164}|(sip|client|app|sim):.+|anonymous"


def check(http_method: str, path: str, form: Form) -> list[str]:
    """Violations of a request; for GET the query may stand in the path or be passed as `form`."""
    parts = urlsplit(path)
    found = _operation(http_method.lower(), parts.path)
    if isinstance(found, str):
        return [found]
    operation, in_path = found
    where = f"{http_method.upper()} {parts.path.rsplit('/', 1)[-1]}"
    violations = _path_parameters(operation, in_path, where)
    query = parse_qsl(parts.query, keep_blank_values=True)
    if http_method.lower() == "post":
        violations += [f"{where}: query parameters are not read on POST"] if query else []
        body = operation.get("requestBody", {}).get("content", {}).get("application/x-www-form-urlencoded", {})
        schema = body.get("schema", {})
        violations += _parameters(where, schema.get("properties", {}), set(schema.get("required", [])), form)
        return violations + _rules(operation["operationId"], form, where)
    asked = {p["name"]: p["schema"] for p in operation.get("parameters", []) if p["in"] == "query"}
    return violations + _parameters(where, asked, set(), query + form)


def check_answer(http_method: str, path: str, status: int, body: Json | None) -> list[str]:
    """Violations of what a stand-in answers: a status that is not published, or a body that is none of the schema's."""
    found = _operation(http_method.lower(), urlsplit(path).path)
    if isinstance(found, str):
        return [found]
    responses, where = found[0]["responses"], f"{http_method.upper()} {path.rsplit('/', 1)[-1]}"
    if str(status) not in responses:
        return [f"{where}: {status} is none of {', '.join(responses)}"]
    schema = responses[str(status)].get("content", {}).get("application/json", {}).get("schema")
    if schema is None:
        return [] if body is None else [f"{where}: no body is wanted"]
    return [f"{where}: {problem}" for problem in _answer("", schema, body)]


def _answer(at: str, schema: Json, value: Any) -> list[str]:
    """Closed: what is not described is not sent."""
    schema = _resolved(schema)
    if value is None:
        return [] if schema.get("nullable") or "enum" in schema else [f"{at} is null"]
    kinds: dict[str, Any] = {
        "string": str,
        "integer": int,
        "number": (int, float),
        "boolean": bool,
        "object": dict,
        "array": list,
    }
    kind = schema.get("type")
    if kind is not None and not isinstance(value, kinds[kind]):
        return [f"{at} {value!r} is no {kind}"]
    if kind == "array":
        return [line for number, one in enumerate(value) for line in _answer(f"{at}[{number}]", schema["items"], one)]
    if kind == "object" and "properties" in schema:
        unknown = [f"{at}.{name} is unknown" for name in value if name not in schema["properties"]]
        known = {name: inner for name, inner in schema["properties"].items() if name in value}
        return unknown + [line for name in known for line in _answer(f"{at}.{name}", known[name], value[name])]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{at} {value!r} is none of {', '.join(schema['enum'])}"]
    if schema.get("pattern") and not re.fullmatch(schema["pattern"].strip("^$"), value):
        return [f"{at} {value!r} does not look like {schema['pattern']}"]
    if schema.get("format") == "date-time-rfc-2822" and parsedate_to_datetime(value).tzinfo is None:
        return [f"{at} {value!r} has no zone"]
    return []


def _resolved(schema: Json) -> Json:
    if "$ref" not in schema:
        return schema
    found: Json = load("twilio/api_v2010.json")["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]
    return found


@functools.cache
def _templates() -> list[tuple[re.Pattern[str], str]]:
    described = load("twilio/api_v2010.json")["paths"]
    return [(re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(path))), path) for path in described]


def _operation(method: str, path: str) -> tuple[Json, dict[str, str]] | str:
    matches = [(found, template) for pattern, template in _templates() if (found := pattern.fullmatch(path))]
    if not matches:
        return f"{path}: no such path in the contract"
    # ".../Local.json" also fits ".../{Sid}.json": the path with fewer holes is meant.
    match, template = min(matches, key=lambda item: len(item[0].groups()))
    operations = load("twilio/api_v2010.json")["paths"][template]
    if method not in operations:
        return f"{path}: {method.upper()} is not allowed"
    return operations[method], match.groupdict()


def _path_parameters(operation: Json, values: dict[str, str], where: str) -> list[str]:
    found = []
    for parameter in operation.get("parameters", []):
        pattern = parameter["schema"].get("pattern")
        value = unquote(values.get(parameter["name"], ""))
        if parameter["in"] == "path" and pattern and not re.fullmatch(pattern, value):
            found.append(f"{where}: {parameter['name']} {value!r} does not look like {pattern}")
    return found


def _parameters(where: str, known: Json, required: set[str], form: Form) -> list[str]:
    given = Counter(name for name, _ in form)
    found = [f"{where}: {name} is required" for name in sorted(required - given.keys())]
    for name, times in given.items():
        if name not in known:
            found.append(f"{where}: {name} is unknown")
        elif times > 1 and known[name].get("type") != "array":
            found.append(f"{where}: {name} is given {times} times")
    for name, value in form:
        if name in known:
            found += [f"{where}: {problem}" for problem in _value(name, known[name], value)]
    return found


def _value(name: str, schema: Json, value: str) -> list[str]:
    schema = _resolved(schema)
    if schema.get("type") == "array":
        return _one_of_array(name, schema, value)
    if "enum" in schema and value not in schema["enum"]:
        return [f"{name} {value!r} is none of {', '.join(schema['enum'])}"]
    if schema.get("pattern") and not re.fullmatch(schema["pattern"], value):
        return [f"{name} {value!r} does not look like {schema['pattern']}"]
    patterns = {"integer": r"-?\d+", "number": r"-?\d+(\.\d+)?", "boolean": r"(?i:true|false)"}
    pattern = patterns.get(schema.get("type", ""))
    if pattern and not re.fullmatch(pattern, value):
        return [f"{name} {value!r} is no {schema['type']}"]
    for bound, beyond in (("minimum", int.__lt__), ("maximum", int.__gt__)):
        if bound in schema and re.fullmatch(r"-?\d+", value) and beyond(int(value), int(schema[bound])):
            return [f"{name} {value} is beyond the {bound} {schema[bound]}"]
    return _format(name, schema.get("format", ""), value)


def _one_of_array(name: str, schema: Json, value: str) -> list[str]:
    if name in EVENTS and value not in EVENTS[name]:
        return [f"{name} {value!r} is no event; several events are repeated parameters"]
    return _format(name, schema.get("items", {}).get("format", ""), value)


def _format(name: str, form: str, value: str) -> list[str]:
    if form == "uri" and value and not _is_address(value):
        return [f"{name} {value!r} is no absolute http(s) address"]
    if form == "endpoint" and not re.fullmatch(ENDPOINT, value):
        return [f"{name} {value!r} is no phone number, SIP or client address"]
    if form == "phone-number" and not re.fullmatch(ADDRESS, value):
        return [f"{name} {value!r} is no phone number or sender"]
    if form == "date-time" and not _is_time(value):
        return [f"{name} {value!r} is no time"]
    if form == "twiml":
        return [f"{name}: {problem}" for problem in twiml.check(value)]
    return []


def _is_address(value: str) -> bool:
    parts = urlsplit(value)
    return (
        parts.scheme in ("http", "https")
        and bool(parts.hostname)
        and "_" not in str(parts.hostname)
        and " " not in value
    )


def _is_time(value: str) -> bool:
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _rules(operation: str, form: Form, where: str) -> list[str]:
    """What the description says in prose only."""
    given = {name for name, value in form if value}
    found = []
    if operation == "CreateCall" and len(given & {"Url", "Twiml", "ApplicationSid"}) != 1:
        found.append(f"{where}: exactly one of Url, Twiml, ApplicationSid")
    if operation == "UpdateCall" and len(given & {"Url", "Twiml", "Status"}) != 1:
        found.append(f"{where}: exactly one of Url, Twiml, Status")
    if operation == "CreateMessage":
        if not given & {"From", "MessagingServiceSid"}:
            found.append(f"{where}: From or MessagingServiceSid is required")
        if not given & {"Body", "MediaUrl", "ContentSid"}:
            found.append(f"{where}: Body, MediaUrl or ContentSid is required")
        found += [f"{where}: Body is longer than 1600" for name, value in form if name == "Body" and len(value) > 1600]
    return found
