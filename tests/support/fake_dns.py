"""A name server on loopback that serves records from text, with the faults that DNS has."""

import re
import socketserver
import struct
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from threading import Thread

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.resolver
import dns.rrset

_RECORD = re.compile(r"(\S+?)\.? IN ([A-Z]+) (.*)")
_MOST_HOPS = 8


class FakeDns:
    """Records by name and type; tests change them while the server runs."""

    def __init__(self, records: Iterable[str] = ()) -> None:
        self.records: dict[tuple[str, str], list[str]] = {}
        #: names for which the server says that it failed
        self.failing: set[str] = set()
        #: names for which it says nothing
        self.silent: set[str] = set()
        #: every question, as (name, type)
        self.asked: list[tuple[str, str]] = []
        self.port = 0
        for record in records:
            self.add(record)

    def add(self, record: str) -> None:
        """Add `name. IN TYPE data`."""
        name, kind, data = _parts(record)
        self.records.setdefault((name, kind), []).append(data)

    def replace(self, *records: str) -> None:
        """Put these records in place of all of the same name and type."""
        for record in records:
            name, kind, _ = _parts(record)
            self.records.pop((name, kind), None)
        for record in records:
            self.add(record)

    def remove(self, name: str, kind: str) -> None:
        """Remove the records of a name and type."""
        self.records.pop((name.lower(), kind), None)

    @property
    def resolver(self) -> dns.resolver.Resolver:
        """A resolver that asks this server alone."""
        resolver = dns.resolver.Resolver(configure=False)
        resolver.nameservers = ["127.0.0.1"]
        resolver.port = self.port
        return resolver

    def response(self, query: dns.message.Message) -> dns.message.Message | None:
        """Return the response to a query; None: it gets none."""
        [question] = query.question
        name = question.name.to_text(omit_final_dot=True).lower()
        kind = dns.rdatatype.to_text(question.rdtype)
        self.asked.append((name, kind))
        if name in self.silent:
            return None
        response = dns.message.make_response(query, recursion_available=True)
        if name in self.failing:
            response.set_rcode(dns.rcode.SERVFAIL)
            return response
        for _ in range(_MOST_HOPS):
            data = self.records.get((name, kind))
            alias = self.records.get((name, "CNAME"))
            if data is None and alias:
                response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "CNAME", *alias))
                name = alias[0].rstrip(".").lower()
                continue
            if data:
                response.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", kind, *data))
            elif not any(own == name or own.endswith(f".{name}") for own, _ in self.records):
                response.set_rcode(dns.rcode.NXDOMAIN)
            break
        return response


def _parts(record: str) -> tuple[str, str, str]:
    found = _RECORD.fullmatch(record)
    assert found, record
    return found[1].lower(), found[2], found[3]


class _Udp(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, socket = self.request
        response = self.server.fake.response(dns.message.from_wire(data))  # type: ignore[attr-defined]
        if response is None:
            return
        wire = response.to_wire(max_size=65_535)
        if len(wire) > 1_232:  # what fits no datagram is asked again by TCP
            response.answer.clear()
            response.flags |= dns.flags.TC
            wire = response.to_wire()
        socket.sendto(wire, self.client_address)


class _Tcp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        size = self.rfile.read(2)
        if len(size) < 2:
            return
        data = self.rfile.read(struct.unpack("!H", size)[0])
        response = self.server.fake.response(dns.message.from_wire(data))  # type: ignore[attr-defined]
        if response is not None:
            wire = response.to_wire(max_size=65_535)
            self.wfile.write(struct.pack("!H", len(wire)) + wire)


def _servers() -> tuple[socketserver.ThreadingTCPServer, socketserver.ThreadingUDPServer]:
    """Return servers on one port, which another program may have for UDP alone."""
    for _ in range(100):
        tcp = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Tcp)
        try:
            return tcp, socketserver.ThreadingUDPServer(tcp.server_address[:2], _Udp)
        except OSError:
            tcp.server_close()
    raise AssertionError("no port is free for TCP and UDP")


@contextmanager
def serving_dns(records: Iterable[str] = ()) -> Iterator[FakeDns]:
    """Serve records by UDP and TCP on a free port of 127.0.0.1."""
    fake = FakeDns(records)
    tcp, udp = _servers()
    with tcp, udp:
        fake.port = udp.server_address[1]
        threads = []
        for server in (udp, tcp):
            server.fake = fake  # type: ignore[union-attr]
            server.daemon_threads = True
            threads.append(Thread(target=server.serve_forever, args=(0.01,), daemon=True))
        for thread in threads:
            thread.start()
        try:
            yield fake
        finally:
            for server in (udp, tcp):
                server.shutdown()
            for thread in threads:
                thread.join()
