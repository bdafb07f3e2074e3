"""What a monitor is sent by the broken, the careless and the hostile: pushes and feeds, each different in kind."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import random
import zlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from daemon.running import TOKEN

_NOISE = random.Random(7).randbytes(20_000)


# --- pushes -------------------------------------------------------------------------------------------------------


class Push(NamedTuple):
    """A push and the status that it should get."""

    body: bytes
    status: int
    headers: Mapping[str, str] = MappingProxyType({})
    path: str = "/articles"


def _article(**more: Any) -> bytes:
    return json.dumps({"id": "x", "title": "Talks", "body": "Envoys met in Geneva.", **more}).encode()


def _raw(field: str, value: str) -> bytes:
    """An article with a value as it stands, JSON or not."""
    return f'{{"id": "raw-{field}", "title": "Talks", "body": "Envoys met.", "{field}": {value}}}'.encode()


_NO_ARTICLE = {
    "nothing": b"",
    "one space": b" ",
    "empty lines": b"\n\r\n\n",
    "nul": b"\0",
    "nuls": b"\0" * 5000,
    "noise": _NOISE,
    "open brace": b"{",
    "open bracket": b"[",
    "close brace": b"}",
    "close bracket": b"]",
    "null": b"null",
    "true": b"true",
    "number": b"0",
    "minus": b"-",
    "number beyond floats": b"1e999",
    "number of 10,000 digits": b"9" * 10_000,
    "a string": b'"attack"',
    "an unclosed string": b'"attack',
    "empty array": b"[]",
    "empty object": b"{}",
    "array of an empty object": b"[{}]",
    "array of numbers": b"[1, 2, 3]",
    "array of arrays": b"[[[]]]",
    "array of null": b"[null]",
    "half a word": b"nul",
    "single quotes": b"{'id': 'a', 'body': 'b'}",
    "no quotes": b"{id: a, body: b}",
    "comment": b"// articles\n",
    "nan": b"NaN",
    "xml": b"<?xml version='1.0'?><rss><channel><item><title>Attack</title></item></channel></rss>",
    "html": b"<!doctype html><title>Log in</title><form>",
    "csv": b"id,title,body\n1,Attack,Twelve killed\n",
    "yaml": b"- id: a\n  body: b\n",
    "form": b"id=a&body=b",
    "multipart": b"--x\r\nContent-Disposition: form-data; name=id\r\n\r\na\r\n--x--\r\n",
    "gzip": gzip.compress(_article()),
    "gzip bomb": gzip.compress(b"[" * 50_000_000),
    "zip": b"PK\x03\x04" + _NOISE[:500],
    "png": b"\x89PNG\r\n\x1a\n" + _NOISE[:500],
    "pdf": b"%PDF-1.7\n" + _NOISE[:500],
    "utf-16": _article().decode().encode("utf-16"),
    "utf-32": _article().decode().encode("utf-32"),
    "ebcdic": _article().decode().encode("cp500"),
    "100,000 open brackets": b"[" * 100_000,
    "100,000 open objects": b'{"a":' * 100_000,
    "100,000 closed brackets": b"[" * 100_000 + b"]" * 100_000,
    "items that are no list": b'{"items": 7}',
    "items that are null": b'{"items": [null, null]}',
    "only an id": b'{"id": "a"}',
    "blank texts": b'{"id": "a", "title": " ", "body": "\\n"}',
    "null texts": b'{"id": "a", "title": null, "body": null}',
    "texts that are objects": b'{"id": "a", "title": {}, "body": {"text": "Twelve killed"}}',
    "id of 5,000 digits": _raw("id", "7" * 5000),
    "30,000 lines of nothing": b"x\n" * 30_000,
}
_TAKEN = {
    "byte order mark": b"\xef\xbb\xbf" + _article(id="bom"),
    "windows line ends": _article(id="w1") + b"\r\n" + _article(id="w2") + b"\r\n",
    "latin-1 in a string": b'{"id": "l1", "body": "Gunmen in C\xf4te killed two"}',
    "nul in a string": b'{"id": "n1", "body": "killed\\u0000two"}',
    "raw nul in a string": b'{"id": "n2", "body": "killed\x00two"}',
    "control characters": b'{"id": "c1", "body": "killed\x01\x02\x1b[2J two"}',
    "lone surrogate": b'{"id": "s\\ud800", "body": "killed \\udfff two \\ud83d"}',
    "right to left": _article(id="r1", title="\u202ekilled 21\u202c \u200f", body="\u2066abc\u2069"),
    "zero width": _article(id="z1", body="kil\u200bled 1\u00ad2 sol\ufeffdiers"),
    "a comma too many": b'[{"id": "k1", "body": "Met."},]',
    "array cut off": b'[{"id": "k2", "body": "Met."}, {"id": "k3", "bo',
    "good and bad lines": _article(id="g1") + b"\n{bad\n" + _article(id="g2"),
    "duplicate keys": b'{"id": "d1", "id": "d2", "body": "a", "body": "b"}',
    "no id": b'{"body": "Gunmen killed two in Gao."}',
    "id null": _raw("id", "null"),
    "id number": _raw("id", "7"),
    "id object": _raw("id", '{"a": 1}'),
    "id list": _raw("id", '["a", "b"]'),
    "id true": _raw("id", "true"),
    "id of a megabyte": _article(id="i" * 1_000_000),
    "id with separators": _article(id="a\x1fb\x00c\nd|e"),
    "date in words": _raw("published", '"yesterday at noon"'),
    "date zero": _raw("published", "0"),
    "date negative": _raw("published", "-99999999999"),
    "date in milliseconds": _raw("published", "1930471200000"),
    "date beyond time": _raw("published", "1e18"),
    "date of 400 digits": _raw("published", "1" * 400),
    "date infinite": _raw("published", "1e400"),
    "date true": _raw("published", "true"),
    "date object": _raw("published", '{"$date": 1}'),
    "date that is none": _raw("published", '"2031-02-30T25:61:00Z"'),
    "date in the year 9999": _raw("published", '"9999-12-31T23:59:59-14:00"'),
    "date in the year 1": _raw("published", '"0001-01-01T00:00:00+14:00"'),
    "date with an odd zone": _raw("published", '"2031-03-02T10:00:00+99:99"'),
    "date of a megabyte": _article(id="dm", published="2" * 1_000_000),
    "received tomorrow": _raw("received", '"2099-01-01T00:00:00Z"'),
    "revision text": _raw("revision", '"third"'),
    "revision negative": _raw("revision", "-5"),
    "revision of 30 digits": _raw("revision", "9" * 30),
    "revision infinite": _raw("revision", "1e400"),
    "revision true": _raw("revision", "true"),
    "status unknown": _raw("status", '"gone"'),
    "status canceled before it came": _raw("status", '"canceled"'),
    "status number": _raw("status", "9"),
    "language of a megabyte": _article(id="lm", language="e" * 1_000_000),
    "url script": _article(id="us", url="javascript:alert(1)"),
    "url bad": _article(id="ub", url="http://[::1"),
    "url of a megabyte": _article(id="um", url="https://example.org/" + "u" * 1_000_000),
    "source markup": _article(id="sm", source="<!channel> *Paper* <https://x|y> `rm`"),
    "title markup": _article(id="tm", title="<script>x</script> <!here> @everyone {{ 7*7 }} ${HOME} %s"),
    "title of 20,000 characters": _article(id="tl", title="Twelve killed " * 1430),
    "sql": _article(id="'); DROP TABLE articles; --", body="Robert'); DELETE FROM journal; --"),
    "path": _article(id="../../../../etc/passwd", source="file:///etc/passwd"),
    "body number": _raw("body", "12"),
    "body list": _raw("body", '["Gunmen killed two.", "Police said."]'),
    "body deep": _raw("body", "[" * 900 + "]" * 900),
    "body of 5 MB": _article(id="b5", body="Gunmen killed two soldiers in Gao, police said. " * 100_000),
    "body without a space": _article(id="bs", body="killed" * 20_000),
    "body of digits": _article(id="bd", body="7" * 200_000),
    "body of grouped digits": _article(id="bg", body="1,000" + ",000" * 20_000 + " people were killed"),
    "body of killed": _article(id="bk", body="killed " * 20_000),
    "body of quotes": _article(id="bq", body='"' * 50_000 + " killed two"),
    "body of brackets": _article(id="bb", body="(" * 50_000 + "killed two"),
    "body of commas": _article(id="bc", body="Gao, " * 20_000 + "two killed"),
    "body of combining marks": _article(id="bm", body="k" + "\u0301" * 50_000 + " two killed"),
    "body of line breaks": _article(id="bl", body="\n" * 100_000 + "two killed"),
    "10,000 unknown fields": _article(id="uf", **{f"f{n}": n for n in range(10_000)}),
    "a key of a megabyte": _article(id="km", **{"k" * 1_000_000: 1}),
    "1,000 articles": b"\n".join(_article(id=f"many{n}", title=f"Note {n}", body="Fog.") for n in range(1000)),
    "content type of a picture": _article(id="ct"),
}
PUSHES: dict[str, Push] = {
    **{name: Push(body, 400) for name, body in _NO_ARTICLE.items()},
    **{name: Push(body, 202) for name, body in _TAKEN.items()},
    "content type of a picture": Push(_TAKEN["content type of a picture"], 202, {"Content-Type": "image/png"}),
    "1,001 articles": Push(
        b"\n".join(_article(id=f"more{n}", title=f"Note {n}", body="Fog.") for n in range(1001)), 413
    ),
    "9 MB": Push(b" " * 9_000_000, 413),
    "30 MB": Push(b" " * 30_000_000, 413),
    "said to be gzip": Push(_article(), 415, {"Content-Encoding": "gzip"}),
    "said to be br": Push(_article(), 415, {"Content-Encoding": "br"}),
    "no token": Push(_article(), 401, {"Authorization": ""}),
    "token of another scheme": Push(_article(), 401, {"Authorization": f"Digest {TOKEN}"}),
    "token alone": Push(_article(), 401, {"Authorization": TOKEN}),
    "token cut short": Push(_article(), 401, {"Authorization": f"Bearer {TOKEN[:-1]}"}),
    "token in capitals": Push(_article(), 401, {"Authorization": f"Bearer {TOKEN.upper()}"}),
    "token of 10,000 characters": Push(_article(), 401, {"Authorization": "Bearer " + "t" * 10_000}),
    "token of bytes": Push(_article(), 401, {"Authorization": "Bearer \xff\xfe"}),
    "token in the query": Push(_article(), 401, {"Authorization": ""}, f"/articles?token={TOKEN}"),
    "unknown source": Push(_article(), 400, {}, "/articles?source=nobody"),
    "source of 5,000 characters": Push(_article(), 400, {}, "/articles?source=" + "s" * 5000),
    "source with a path": Push(_article(), 400, {}, "/articles?source=../../etc"),
    "source twice": Push(_article(), 202, {}, "/articles?source=desk&source=nobody"),
    "100 query fields": Push(_article(), 400, {}, "/articles?" + "&".join(f"q{n}=1" for n in range(100))),
    "a slash too many": Push(_article(), 404, {}, "/articles//"),
    "an encoded path": Push(_article(), 404, {}, "/articles%00"),
}

#: Bytes on a connection → the status that comes back, None for a connection that is closed without one.
RAW: dict[str, tuple[bytes, int | None]] = {
    "no request": (b"\r\n\r\n\r\n", None),
    "noise": (_NOISE[:2000] + b"\r\n\r\n", 400),
    "a TLS greeting": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + _NOISE[:500] + b"\r\n\r\n", 400),
    "HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 404),
    "a request line of one word": (b"GET\r\n\r\n", 400),
    "a method of noise": (b"\x00\x01\x02 / HTTP/1.1\r\n\r\n", 400),
    "an unknown method": (b"BREW /articles HTTP/1.1\r\nHost: x\r\n\r\n", 405),
    "headers of 20 kB": (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", 431),
    "1,000 headers": (b"GET / HTTP/1.1\r\n" + b"".join(b"X-%d: y\r\n" % n for n in range(2000)) + b"\r\n", 431),
    "a header without a colon": (b"GET /healthz HTTP/1.1\r\nHost x\r\n\r\n", 400),
    "a header that goes on": (b"GET /healthz HTTP/1.1\r\nA: b\r\n c\r\n\r\n", 200),
    "a header with a nul": (b"GET /healthz HTTP/1.1\r\nA: b\0c\r\n\r\n", 400),
    "a length below zero": (b"POST /articles HTTP/1.1\r\nContent-Length: -5\r\n\r\n", 400),
    "a length in words": (b"POST /articles HTTP/1.1\r\nContent-Length: five\r\n\r\n", 400),
    "a length of 30 digits": (b"POST /articles HTTP/1.1\r\nContent-Length: " + b"9" * 30 + b"\r\n\r\n", 413),
    "two lengths": (b"POST /articles HTTP/1.1\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}", 400),
    "a length and chunks": (
        b"POST /articles HTTP/1.1\r\nContent-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 401),
    "chunks of noise": (b"POST /articles HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n", 400),
    "an unknown transfer": (b"POST /articles HTTP/1.1\r\nTransfer-Encoding: brotli\r\n\r\n", 501),
    "version 0.9": (b"GET /healthz\r\n\r\n", 200),
    "version 9.9": (b"GET /healthz HTTP/9.9\r\n\r\n", 200),
}  # fmt: skip


# --- feeds --------------------------------------------------------------------------------------------------------


class Feed(NamedTuple):
    """An answer to a poll, and whether it should count as a good one."""

    body: bytes
    good: bool
    headers: Mapping[str, str] = MappingProxyType({})
    status: int = 200


_ITEM = "<item><guid>g</guid><title>Envoys met</title><pubDate>Tue, 04 Mar 2031 11:30:00 GMT</pubDate></item>"


def _rss(inner: str, head: str = "", encoding: str = "utf-8") -> bytes:
    return f"{head}<rss version='2.0'><channel><title>Wire</title>{inner}</channel></rss>".encode(encoding)


def _item(inner: str) -> bytes:
    return _rss(f"<item>{inner}</item>")


def _dated(date: str) -> bytes:
    return _item(f"<guid>{date}</guid><title>Envoys met</title><pubDate>{date}</pubDate>")


def _atom(inner: str) -> bytes:
    head = "<feed xmlns='http://www.w3.org/2005/Atom'><title>Wire</title>"
    return f"{head}<entry>{inner}</entry></feed>".encode()


_GOOD = _rss(_ITEM)
_LAUGHS = "<!DOCTYPE x [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {chr(98 + n)} '{f'&{chr(97 + n)};' * 10}'>" for n in range(9)
) + "]>"  # fmt: skip

FEEDS: dict[str, Feed] = {
    "empty": Feed(b"", False),
    "spaces": Feed(b" \n\t ", False),
    "nuls": Feed(b"\0" * 2000, False),
    "noise": Feed(_NOISE, False),
    "picture": Feed(b"\x89PNG\r\n\x1a\n" + _NOISE[:500], False),
    "pdf": Feed(b"%PDF-1.7\n" + _NOISE[:500], False),
    "zip": Feed(b"PK\x03\x04" + _NOISE[:500], False),
    "login page": Feed(b"<!doctype html><html><title>Log in</title><form></form></html>", False),
    "plain words": Feed(b"The service is being maintained. Please come back later.", False),
    "json error": Feed(b'{"error": "quota"}', False),
    "json feed": Feed(b'{"version": "https://jsonfeed.org/version/1.1", "items": [{"id": "1", "title": "Met"}]}', True),
    "json feed without items": Feed(b'{"version": "x", "items": []}', True),
    "json feed of nulls": Feed(b'{"items": [null, 7, []]}', False),
    "csv": Feed(b"id,title\n1,Attack\n", True),
    "gzip file": Feed(gzip.compress(_GOOD), True),
    "gzip cut off": Feed(gzip.compress(_GOOD)[:40], False),
    "gzip with a wrong sum": Feed(gzip.compress(_GOOD)[:-8] + b"12345678", False),
    "gzip bomb": Feed(gzip.compress(b"<rss>" + b" " * 30_000_000), False),
    "gzip bomb in transit": Feed(gzip.compress(b"<rss>" + b" " * 30_000_000), False, {"Content-Encoding": "gzip"}),
    "gzip bomb of utf-16": Feed(gzip.compress(b"\xff\xfe" + b" \0" * 15_000_000), False),
    "gzip in gzip": Feed(gzip.compress(gzip.compress(_GOOD)), False),
    "bz2 bomb": Feed(bz2.compress(b"<rss>" + b" " * 30_000_000), False),
    "xz bomb": Feed(lzma.compress(b"<rss>" + b" " * 30_000_000), False),
    "gzip in transit that is none": Feed(_GOOD, False, {"Content-Encoding": "gzip"}),
    "deflate in transit": Feed(zlib.compress(_GOOD), True, {"Content-Encoding": "deflate"}),
    "an unknown coding": Feed(_GOOD, True, {"Content-Encoding": "identity"}),
    "25 MB": Feed(b"<rss>" + b" " * 25_000_000, False),
    "billion laughs": Feed(_rss("<item><guid>l</guid><title>Met &j;</title></item>", _LAUGHS), True),
    "quadratic blow-up": Feed(
        _rss("<item><guid>q</guid><title>Met " + "&a;" * 20_000 + "</title></item>",
             f"<!DOCTYPE x [<!ENTITY a '{'a' * 50_000}'>]>"), False),
    "a file as entity": Feed(
        _rss("<item><guid>f</guid><title>Met &f;</title></item>", "<!DOCTYPE x [<!ENTITY f SYSTEM 'file:///etc/passwd'>]>"),
        True),
    "a parameter entity": Feed(
        _rss(_ITEM, "<!DOCTYPE x [<!ENTITY % p SYSTEM 'http://127.0.0.1:1/x'> %p;]>"), True),
    "an outside DTD": Feed(_rss(_ITEM, "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/x.dtd'>"), True),
    "an unknown entity": Feed(_item("<guid>u</guid><title>Met&nbsp;again&bogus;</title>"), True),
    "a processing instruction": Feed(_rss(_ITEM, "<?xml-stylesheet href='file:///etc/passwd'?>"), True),
    "an include": Feed(
        _item("<title>M</title><xi:include xmlns:xi='http://www.w3.org/2001/XInclude' href='/etc/passwd'/>"), True),
    "a tag not closed": Feed(b"<rss version='2.0'><channel>" + _ITEM.encode(), True),
    "cut off in an item": Feed(_GOOD[:-60], False),
    "cut off in a tag": Feed(_rss(_ITEM + _ITEM)[:-45], True),
    "tags crossed": Feed(_item("<title><b>Met</title></b>"), True),
    "an attribute twice": Feed(_GOOD.replace(b"<rss", b"<rss a='1' a='2'"), True),
    "two roots": Feed(_GOOD + _GOOD, True),
    "text before": Feed(b"Warning: mysql_connect()\n" + _GOOD, False),
    "line break before": Feed(b"\n\n" + _GOOD, True),
    "a comment not closed": Feed(_rss("<!-- " + _ITEM), False),
    "cdata not closed": Feed(_item("<title><![CDATA[Met</title>"), False),
    "cdata in cdata": Feed(_item("<title><![CDATA[Met <![CDATA[twice]]> ]]></title>"), True),
    "a prefix unknown": Feed(_item("<media:x/><title>Met</title>"), True),
    "10,000 tags deep": Feed(_rss("<a>" * 10_000 + _ITEM), True),
    "10,000 tags deep and back": Feed(_rss("<a>" * 10_000 + "</a>" * 10_000 + _ITEM), True),
    "100,000 attributes": Feed(_rss(f"<x {' '.join(f'a{n}=1' for n in range(20_000))}/>" + _ITEM), True),
    "an attribute of a megabyte": Feed(_rss(f"<x a='{'a' * 1_000_000}'/>" + _ITEM), True),
    "400 items": Feed(_rss("".join(_ITEM.replace(">g<", f">g{n}<") for n in range(400))), True),
    "bad utf-8": Feed(_GOOD.replace(b"Envoys", b"Env\xff\xfeys"), True),
    "utf-16": Feed(_rss(_ITEM, "<?xml version='1.0' encoding='utf-16'?>", "utf-16"), True),
    "utf-16 said, utf-8 meant": Feed(_rss(_ITEM, "<?xml version='1.0' encoding='utf-16'?>"), True),
    "utf-32": Feed(_rss(_ITEM, "", "utf-32"), False),
    "windows-1252": Feed(_rss(_ITEM, "<?xml version='1.0' encoding='windows-1252'?>").replace(b"met", b"m\xe9t"), True),
    "an unknown encoding": Feed(_rss(_ITEM, "<?xml version='1.0' encoding='x-martian'?>"), True),
    "a byte order mark": Feed(b"\xef\xbb\xbf" + _GOOD, True),
    "nul in a title": Feed(_item("<title>Met\0again</title>"), True),
    "control characters": Feed(_item("<title>Met\x01\x1b[2J</title>"), True),
    "a surrogate reference": Feed(_item("<title>Met &#xD800; &#0; &#x110000; &#99999999999;</title>"), True),
    "xml 1.1": Feed(_rss(_ITEM, "<?xml version='1.1'?>"), True),
    "xml 7.0": Feed(_rss(_ITEM, "<?xml version='7.0'?>"), True),
    "no channel": Feed(b"<rss version='2.0'/>", True),
    "no items": Feed(_rss(""), True),
    "an empty item": Feed(_item(""), False),
    "an item of spaces": Feed(_item("<title> </title><description>\n</description>"), False),
    "no guid": Feed(_item("<title>Met</title>"), True),
    "a guid twice": Feed(_rss(_ITEM + _ITEM.replace("met", "left")), True),
    "a guid of a megabyte": Feed(_item(f"<guid>{'g' * 1_000_000}</guid><title>Met</title>"), True),
    "a title of a megabyte": Feed(_item(f"<guid>t</guid><title>{'Met ' * 250_000}</title>"), True),
    "a title of script": Feed(_item("<title>&lt;script>x&lt;/script> &lt;!channel> @everyone</title>"), True),
    "html 5,000 deep": Feed(_item(f"<title>M</title><description><![CDATA[{'<div>' * 5000}Met]]></description>"), True),
    "html with an open comment": Feed(_item("<title>M</title><description><![CDATA[Met <!-- x]]></description>"), True),
    "html escaped five times": Feed(_item(f"<title>M</title><description>&amp;{'amp;' * 5}lt;b></description>"), True),
    "a link of script": Feed(_item("<title>Met</title><link>javascript:alert(1)</link>"), True),
    "a link of a file": Feed(_item("<title>Met</title><link>file:///etc/passwd</link>"), True),
    "a link that is none": Feed(_item("<title>Met</title><link>http://[::1</link>"), True),
    "5,000 categories": Feed(_item("<title>Met</title>" + "<category>c</category>" * 5000), True),
    "a ttl of ages": Feed(_rss("<ttl>999999</ttl>" + _ITEM), True),
    "a ttl in words": Feed(_rss("<ttl>soon</ttl>" + _ITEM), True),
    **{
        f"date {date!r}": Feed(_dated(date), True)
        for date in (
            "", "soon", "0", "Tue, 99 Foo 2031 11:30:00 GMT", "2031-02-30T25:61:61Z", "1e400", "-1", "9" * 400,
            "Tue, 04 Mar 0000 11:30:00 GMT", "Tue, 04 Mar 9999 23:59:59 -1400", "Tue, 04 Mar 31 11:30:00 EST",
            "2004-07-08 23:56:58", "04/03/2031", "Tue, 04 Mar 2031 11:30:00 +99999", "\u0664 Mar 2031",
        )
    },
    "rdf": Feed(
        b"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/'>"
        b"<channel><title>W</title></channel><item><title>Met</title></item></rdf:RDF>", True),
    "atom": Feed(_atom("<id>a</id><title>Met</title><updated>2031-03-04T11:30:00Z</updated>"), True),
    "atom without an id": Feed(_atom("<title>Met</title>"), True),
    "atom with xhtml": Feed(
        _atom("<title>M</title><content type='xhtml'><p xmlns='http://www.w3.org/1999/xhtml'>Met</p></content>"), True),
    "atom with a picture as content": Feed(_atom("<title>M</title><content type='image/png'>AAAA</content>"), True),
    "opml": Feed(b"<opml><body><outline xmlUrl='http://x'/></body></opml>", False),
    "svg": Feed(b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>", False),
    "soap": Feed(b"<Envelope><Body><Fault/></Body></Envelope>", False),
    **{f"status {status}": Feed(b"no", False, {}, status) for status in (
        201, 204, 206, 300, 400, 401, 402, 403, 404, 405, 406, 408, 410, 418, 429, 451, 500, 502, 503, 504, 520, 599)},
    "not modified, unasked": Feed(b"", True, {}, 304),
    "a redirect to itself": Feed(b"", False, {"Location": "?"}, 302),
    "a redirect to a file": Feed(b"", False, {"Location": "file:///etc/passwd"}, 302),
    "a redirect to gopher": Feed(b"", False, {"Location": "gopher://127.0.0.1:70/"}, 301),
    "a redirect nowhere": Feed(b"", False, {"Location": ""}, 302),
    "a redirect without a place": Feed(b"", False, {}, 302),
    "a redirect to a port that is none": Feed(b"", False, {"Location": "http://127.0.0.1:99999/"}, 307),
    "a longer length": Feed(_GOOD, False, {"Content-Length": str(len(_GOOD) + 50), "Connection": "close"}),
    "a length in words": Feed(_GOOD, True, {"Content-Length": "some", "Connection": "close"}),
    "chunks that are none": Feed(_GOOD, False, {"Transfer-Encoding": "chunked", "Connection": "close"}),
    "a header of 70 kB": Feed(_GOOD, False, {"X": "x" * 70_000}),
    "200 headers": Feed(_GOOD, False, {f"X-{n}": "y" for n in range(200)}),
    "retry after ages": Feed(b"", False, {"Retry-After": "9" * 40}, 429),
    "retry after words": Feed(b"", False, {"Retry-After": "later"}, 503),
    "an etag of noise": Feed(_GOOD, True, {"ETag": '"\xff\x80"'}),
    "an age below zero": Feed(_GOOD, True, {"Cache-Control": "max-age=-5"}),
    "a picture by its type": Feed(_GOOD, True, {"Content-Type": "image/png"}),
}  # fmt: skip
