"""Each column of a stored map is compressed by itself, to be read when it is asked for."""

import gzip
import zlib

import orjson
from django.db import migrations

OLD, NEW = 2, 3
CHECKSUM, HEAD = 4, 8


def by_column(apps, schema_editor):
    maps = apps.get_model("roster", "StoredMap").objects.filter(form=OLD)
    for pk in list(maps.values_list("pk", flat=True)):
        content = bytes(maps.values_list("content", flat=True).get(pk=pk))
        if content[:CHECKSUM] == checksum(content[CHECKSUM:]):
            maps.filter(pk=pk).update(form=NEW, content=converted(content[CHECKSUM:]))


def checksum(content):
    return zlib.crc32(content).to_bytes(CHECKSUM, "little")


def converted(content):
    whole = gzip.decompress(content)
    at = HEAD + int.from_bytes(whole[:HEAD], "little")
    head, columns = orjson.loads(whole[HEAD:at]), []
    for table in head["tables"].values():
        described = [("text", "|u1", table.pop("ids")), *table["columns"]]
        table["columns"] = []
        for name, dtype, length in described:
            end = at + length * int(dtype[2:])
            columns.append(zlib.compress(whole[at:end], 1))
            table["columns"].append((name, dtype, length, len(columns[-1])))
            at = end
    text = zlib.compress(orjson.dumps(head), 1)
    new = b"".join([len(text).to_bytes(HEAD, "little"), text, *columns])
    return checksum(new) + new


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0030_people_in_order'),
    ]

    operations = [
        migrations.RunPython(by_column, migrations.RunPython.noop),
    ]
