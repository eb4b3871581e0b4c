"""Bytes -> other bytes: what editors, programs, lines and disks do to files."""

import gzip
from collections.abc import Callable, Sequence
from random import Random

PIECES = (
    *(b"", b"\n", b"\r", b"\r\n", b",", b";", b"\t", b'"', b'""', b"'", b"\x00", b"\x1a", b"\xff"),
    *(b"\xef\xbb\xbf", b"NA", b"nan", b"inf", b"1e999", b"-", b"0x1F", b"9" * 30, b"%", b"$"),
    *(b"2024-02-30", b"24:00", b"+14:00", b"Z", b"9999-12-31", b"0000-00-00", b"2024-13", b"W53"),
    *(b"\xd9\xa3", b"\xe2\x80\xae", b"\xc2\xa0", b"[/bold]", b"\x1b[31m", b"Total", b"date", b"#"),
    *(b"1500", b"99999999", b"1e-400", b"1.234.567", b" ", b"\n\n\n", b"9223372036854775807"),
    *(b"sep=;\n", b"=A1", b"-999", b"Jan", b"Q5", b"1672531200", b"\x1f\x8b", b"\\", b"{", b"}"),
)
_LONGEST_CUT = 12

Mutation = Callable[[bytes, Random], bytes]


def mutated(data: bytes, random: Random, most: int = 4) -> bytes:
    """The data after some changes; gzip is changed inside or outside."""
    if data.startswith(b"\x1f\x8b") and random.random() < 0.5:
        try:
            return gzip.compress(mutated(gzip.decompress(data), random, most), mtime=0)
        except (OSError, EOFError):
            pass
    for _ in range(random.randint(1, most)):
        data = random.choice(_MUTATIONS)(data, random)
    return data


def _flip_bit(data: bytes, random: Random) -> bytes:
    if not data:
        return data
    changed = bytearray(data)
    changed[random.randrange(len(data))] ^= 1 << random.randrange(8)
    return bytes(changed)


def _replace(data: bytes, random: Random) -> bytes:
    start = random.randint(0, len(data))
    stop = start + random.choice([0, 0, 1, 2, _LONGEST_CUT])
    return data[:start] + random.choice(PIECES) + data[stop:]


def _delete(data: bytes, random: Random) -> bytes:
    start = random.randint(0, len(data))
    return data[:start] + data[start + random.randint(1, _LONGEST_CUT) :]


def _truncate(data: bytes, random: Random) -> bytes:
    return data[: random.randint(0, len(data))]


def _repeat(data: bytes, random: Random) -> bytes:
    start = random.randint(0, len(data))
    return data + data[start:]


def _swap_lines(data: bytes, random: Random) -> bytes:
    return _swapped(data, b"\n", random)


def _swap_cells(data: bytes, random: Random) -> bytes:
    return _swapped(data, random.choice([b",", b";", b"\t", b"|", b"-"]), random)


def _repeat_line(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    line = random.choice(lines)
    lines.insert(random.randint(0, len(lines)), line)
    return b"\n".join(lines)


def _delete_line(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    del lines[random.randrange(len(lines))]
    return b"\n".join(lines)


def _change_cell(data: bytes, random: Random) -> bytes:
    lines = data.split(b"\n")
    number = random.randrange(len(lines))
    cells = lines[number].split(b",")
    cells[random.randrange(len(cells))] = random.choice(PIECES)
    lines[number] = b",".join(cells)
    return b"\n".join(lines)


def _swapped(data: bytes, mark: bytes, random: Random) -> bytes:
    parts = data.split(mark)
    i, j = random.randrange(len(parts)), random.randrange(len(parts))
    parts[i], parts[j] = parts[j], parts[i]
    return mark.join(parts)


_MUTATIONS: Sequence[Mutation] = (
    *(_flip_bit, _replace, _replace, _delete, _truncate, _repeat),
    *(_swap_lines, _swap_cells, _repeat_line, _delete_line, _change_cell, _change_cell),
)
