#!/usr/bin/python3
"""schema.py SCHEMA KIND FILE...: documents held against a schema by Debian's validator.

KIND is json (a document a file), lines (one a line) or records (of vmtax-agent(8), one a line). Every
document must be valid, and stop being so when it is damaged: each of its values replaced by another
type, a required key left out, a key added anywhere."""
import copy
import json
import sys
import urllib.parse

import jsonschema

ITEMS_KEPT = 2  # of a list whose items are damaged


def record(line):
    verb, *fields = line.rstrip("\n").split(" ")
    return {"verb": verb, **{k: urllib.parse.unquote(v) for k, _, v in (f.partition("=") for f in fields)}}


def documents(kind, path):
    with open(path, encoding="utf-8") as f:
        if kind == "json":
            yield json.load(f)
            return
        for line in f:
            yield json.loads(line) if kind == "lines" else record(line)


def smaller(value):
    """The same document with short lists, so that damage to each of its values is tried in no time."""
    if isinstance(value, dict):
        return {k: smaller(v) for k, v in value.items()}
    if isinstance(value, list):
        some = value[:ITEMS_KEPT] if value and isinstance(value[0], (dict, list)) else value
        return [smaller(v) for v in some]
    return value


def places(value, path=()):
    yield path, value
    for key, inner in value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ():
        yield from places(inner, (*path, key))


def with_value(document, path, value):
    if not path:
        return value
    damaged = copy.deepcopy(document)
    at = damaged
    for key in path[:-1]:
        at = at[key]
    at[path[-1]] = value
    return damaged


def must_fail(judge, what, document):
    if judge.is_valid(document):
        sys.exit(f"{what}: a damaged document is valid")


def damage(judge, document, seen):
    """seen: shapes of places (list indices left out) that other documents had."""
    for path, value in places(document):
        shape = (type(value).__name__, *(k for k in path if isinstance(k, str)), document.get("verb") if isinstance(document, dict) else None)
        if shape in seen:
            continue
        seen.add(shape)
        wrong = [] if isinstance(value, dict) else {}
        must_fail(judge, f"another type at {path}", with_value(document, path, wrong))
        if isinstance(value, dict):  # where names are free, as those of facts, their values are not
            must_fail(judge, f"a key that does not exist at {path}", with_value(document, (*path, "nonsense"), {"x": []}))
        if isinstance(value, str) and value == "":
            must_fail(judge, f"a number for a text at {path}", with_value(document, path, 0))


def main():
    schema_file, kind, *files = sys.argv[1:]
    with open(schema_file, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    judge = jsonschema.Draft202012Validator(schema)
    count, seen = 0, set()
    for path in files:
        for document in documents(kind, path):
            error = jsonschema.exceptions.best_match(judge.iter_errors(document))
            if error:
                sys.exit(f"{path}, {list(error.absolute_path)}: {error.message[:300]}")
            count += 1
            small = smaller(document)
            damage(judge, small, seen)
            for key in schema.get("required", ()):
                must_fail(judge, f"{key} left out", {k: v for k, v in small.items() if k != key})
            if kind == "records":
                must_fail(judge, "a key that does not exist", {**small, "nonsense": "1"})
    print(f"{count} documents, {len(seen)} kinds of damage")
    if not count:
        sys.exit("no document")


main()
