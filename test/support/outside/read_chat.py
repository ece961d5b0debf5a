"""Reads the lines of `export chat` as Arrow and pandas do, splits them as str.splitlines does, and checks tool schemas.

read_chat.py READER FILE prints {"lines": count, "faults": [...]}.
"""

import json
import sys

reader, path = sys.argv[1:]
faults = []
if reader == "pyarrow":
    import pyarrow.json

    lines = pyarrow.json.read_json(path).num_rows
elif reader == "pandas":
    import pandas

    lines = len(pandas.read_json(path, lines=True))
else:
    from jsonschema import Draft7Validator

    with open(path, encoding="utf8", newline="") as file:
        texts = file.read().splitlines()
    lines = len(texts)
    for tool in [tool for text in texts for tool in json.loads(text).get("tools", [])]:
        try:
            Draft7Validator.check_schema(tool["function"]["parameters"])
        except Exception as error:
            faults.append(str(error))
print(json.dumps({"lines": lines, "faults": faults}))
