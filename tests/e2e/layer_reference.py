#!/usr/bin/env python3
"""A second implementation of a layer's bytes, written from the rules alone: canonical tar headers (tar.3 to tar.11),
gzip members (gz.3 to gz.8) and the coder of runs (gz.9).

    layer_reference.py LAYER.tar.gz WHEEL...      exit 0 if the layer's bytes are those that the rules give

The tree itself is taken from the layer; from it and the wheels every byte of the blob is made anew.
"""

import gzip
import io
import struct
import sys
import tarfile
import zipfile
import zlib

PIECE = 1 << 20
HEAD = bytes.fromhex("1f8b08000000000000ff")


# --- the coder ------------------------------------------------------------------------------------


class Bits:
    def __init__(self):
        self.out, self.value, self.count = bytearray(), 0, 0

    def put(self, value, count):
        self.value |= value << self.count
        self.count += count
        while self.count >= 8:
            self.out.append(self.value & 255)
            self.value >>= 8
            self.count -= 8

    def code(self, value, count):
        self.put(int(format(value, f"0{count}b")[::-1], 2), count)

    def end(self):
        if self.count:
            self.out.append(self.value & 255)
        return bytes(self.out)


def symbol(bits, value):
    if value < 144:
        bits.code(0x30 + value, 8)
    elif value < 256:
        bits.code(0x190 + value - 144, 9)
    elif value < 280:
        bits.code(value - 256, 7)
    else:
        bits.code(0xc0 + value - 280, 8)


# RFC 1951, 3.2.5: (first value, extra bits) of each code.
LENGTHS = [(3, 0), (4, 0), (5, 0), (6, 0), (7, 0), (8, 0), (9, 0), (10, 0), (11, 1), (13, 1), (15, 1), (17, 1), (19, 2), (23, 2),
           (27, 2), (31, 2), (35, 3), (43, 3), (51, 3), (59, 3), (67, 4), (83, 4), (99, 4), (115, 4), (131, 5), (163, 5),
           (195, 5), (227, 5), (258, 0)]
DISTANCES = [(1, 0), (2, 0), (3, 0), (4, 0), (5, 1), (7, 1), (9, 2), (13, 2), (17, 3), (25, 3), (33, 4), (49, 4), (65, 5),
             (97, 5), (129, 6), (193, 6), (257, 7), (385, 7), (513, 8), (769, 8), (1025, 9), (1537, 9), (2049, 10), (3073, 10),
             (4097, 11), (6145, 11), (8193, 12), (12289, 12), (16385, 13), (24577, 13)]


def find(table, value):
    index = max(i for i, (first, _) in enumerate(table) if first <= value)
    return index, value - table[index][0], table[index][1]


def code_run(b):
    bits, table, i, n = Bits(), {}, 0, len(b)
    bits.put(1, 1)
    bits.put(1, 2)
    while i < n:
        if n - i >= 4:
            h = (int.from_bytes(b[i:i + 4], "little") * 2654435761 % 2**32) >> 17
            c = table.get(h)
            table[h] = i
            if c is not None and i - c <= 32768 and b[c:c + 4] == b[i:i + 4]:
                length = 4
                while length < min(258, n - i) and b[c + length] == b[i + length]:
                    length += 1
                index, extra, count = find(LENGTHS, length)
                symbol(bits, 257 + index)
                bits.put(extra, count)
                index, extra, count = find(DISTANCES, i - c)
                bits.code(index, 5)
                bits.put(extra, count)
                i += length
                continue
        symbol(bits, b[i])
        i += 1
    symbol(bits, 256)
    return bits.end()


# --- members --------------------------------------------------------------------------------------


def member(deflate, content):
    return HEAD + deflate + struct.pack("<II", zlib.crc32(content), len(content) % 2**32)


def stored(content):
    out = b""
    for at in range(0, len(content), 65535):
        block = content[at:at + 65535]
        last = at + len(block) == len(content)
        out += struct.pack("<BHH", last, len(block), len(block) ^ 0xffff) + block
    return out


class Blob:
    def __init__(self):
        self.out, self.run = [], bytearray()

    def add(self, content):
        self.run += content

    def transplant(self, deflate, content):
        self.end_run()
        self.out.append(member(deflate, content))

    def end_run(self):
        for at in range(0, len(self.run), PIECE):
            piece = bytes(self.run[at:at + PIECE])
            self.out.append(member(code_run(piece), piece))
        self.run.clear()

    def bytes(self):
        self.end_run()
        return b"".join(self.out)


# --- tar ------------------------------------------------------------------------------------------


def field(text, length):
    kept = bytes(c for c in text if c < 128)
    cut = bytearray(kept[:length])
    if len(kept) > length and cut.endswith(b"/"):
        cut[len(cut.rstrip(b"/"))] = 0
    return bytes(cut).ljust(length, b"\0")


def block(name, prefix, link, kind, mode, uid, gid, size, mtime):
    device = b"" if kind == b"x" else b"0000000\0" * 2
    head = field(name, 100) + b"%07o\0%07o\0%07o\0%011o\0%011o\0" % (mode, uid, gid, size, mtime) + b" " * 8 + kind + \
        field(link, 100) + b"ustar\x0000" + bytes(64) + device.ljust(16, b"\0") + prefix.ljust(155, b"\0") + bytes(12)
    return head[:148] + b"%06o\0 " % sum(head) + head[156:]


def record(key, value):
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length = len(str(length)) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (length, key, value)


def padding(size):
    return bytes(-size % 512)


def header(entry):
    name = entry.name.encode() + (b"/" if entry.isdir() else b"")
    link = entry.linkname.encode()
    kind = b"5" if entry.isdir() else b"2" if entry.issym() else b"0"
    records, prefix, short = {}, b"", name
    if len(link) > 100 or not link.isascii():
        records[b"linkpath"] = link
    if len(name) > 100 or not name.isascii():
        window = name[:156]
        if len(name) <= 156 and name.endswith(b"/"):
            window = window[:-1]
        at = window.rfind(b"/")
        if name.isascii() and not records and 1 <= at <= 155 and 1 <= len(name) - at - 1 <= 100:
            prefix, short = name[:at], name[at + 1:]
        else:
            records[b"path"] = name
    pax = b""
    if records:
        folder, _, last = name.rpartition(b"/")
        pax_name = b"/".join(part for part in (folder, b"PaxHeaders.0", last) if part)
        body = b"".join(record(key, records[key]) for key in sorted(records))
        pax_name = bytes(c for c in pax_name if c < 128)[:100].rstrip(b"/")
        pax = block(pax_name, b"", b"", b"x", 0, 0, 0, len(body), 0) + body + padding(len(body))
    return pax + block(short, prefix, link, kind, entry.mode, entry.uid, entry.gid, entry.size, int(entry.mtime))


# --- a layer --------------------------------------------------------------------------------------


def wheel_streams(content):
    """What a wheel can lend: content of a file -> its deflate stream, or None where it is stored."""
    streams = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if entry.file_size == 0 or entry.filename.endswith(".dist-info/RECORD"):
                continue
            name_length, extra_length = struct.unpack_from("<HH", content, entry.header_offset + 26)
            at = entry.header_offset + 30 + name_length + extra_length
            deflate = content[at:at + entry.compress_size] if entry.compress_type == zipfile.ZIP_DEFLATED else None
            streams[entry.filename.rpartition("/")[2], archive.read(entry)] = deflate
    return streams


def walk_key(entry):
    return [part.encode() for part in entry.name.split("/")]


def layer_bytes(layer, wheels):
    """The blob that the rules give for the tree that `layer` holds and the wheels it was made of."""
    streams, blob = {}, Blob()
    for wheel in wheels:
        streams.update(wheel_streams(wheel))
    with tarfile.open(fileobj=io.BytesIO(gzip.decompress(layer)), encoding="utf-8") as archive:
        entries = archive.getmembers()
        if entries != sorted(entries, key=walk_key):
            raise ValueError("entries are not in walk order")
        for entry in entries:
            content = archive.extractfile(entry).read() if entry.isfile() else b""
            blob.add(header(entry))
            key = entry.name.rpartition("/")[2], content
            if content and key in streams:
                deflate = streams[key]
                blob.transplant(stored(content) if deflate is None else deflate, content)
            else:
                blob.add(content)
            blob.add(padding(entry.size))
    blob.add(bytes(1024))
    return blob.bytes()


def main(layer_path, *wheel_paths):
    with open(layer_path, "rb") as file:
        layer = file.read()
    wheels = []
    for path in wheel_paths:
        with open(path, "rb") as file:
            wheels.append(file.read())
    if layer_bytes(layer, wheels) != layer:
        sys.exit("the layer is not what the rules give")


if __name__ == "__main__":
    main(*sys.argv[1:])
