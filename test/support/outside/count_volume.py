"""Counts what hansard stats counts, from an export in JSON Lines. Prints a JSON object."""

import json
import math
import sys
from collections import Counter, defaultdict

ENVELOPE = """object type id conversation_id created_at completed_at role prefix model agent_id tool_call_id
confirmation_status""".split()


def tokens(value):
    if isinstance(value, str):
        if value.startswith("data:"):
            return 1000
        units = len(value.encode("utf-16-le", "surrogatepass")) // 2
        ascii_only = sum(1 for character in value if ord(character) < 128)
        return math.ceil(ascii_only / 4 + (units - ascii_only) / 2)
    if isinstance(value, (bool, int, float)):
        return 1
    if isinstance(value, dict):
        return sum(tokens(inner) for key, inner in value.items() if key != "type")
    if isinstance(value, list):
        return sum(map(tokens, value))
    return 0


def entry_tokens(entry):
    return 4 + sum(tokens(value) for key, value in entry.items() if key not in ENVELOPE)


groups = defaultdict(Counter)


def count(by, value, entries):
    for key in (("total", None), (by, value)) if by == "month" else ((by, value),):
        groups[key]["conversations"] += 1
        groups[key]["entries"] += len(entries)
        groups[key]["estimated_tokens"] += sum(map(entry_tokens, entries))


for line in open(sys.argv[1], encoding="utf-8"):
    conversation, entries = map(json.loads(line).get, ("conversation", "entries"))
    created = conversation.get("created_at")
    count("month", created and created[:7], entries)
    count("model", conversation.get("model"), entries)
    count("agent", conversation.get("agent_id"), entries)
    calls = [entry for entry in entries if entry.get("type") in ("tool.execution", "function.call")]
    for name in {call.get("name") for call in calls}:
        count("tool", name, [call for call in calls if call.get("name") == name])

print(json.dumps([{"by": by, "value": value, **counts} for (by, value), counts in groups.items()]))
