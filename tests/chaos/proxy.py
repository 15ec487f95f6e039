"""A TCP proxy that misbehaves on order: between dialerd and the provider, and between dialerd and PostgreSQL.

It knows nothing of what it carries. Every connection that arrives at 127.0.0.1:PORT is carried to a target: `(host, port)` or
the path of a Unix socket; of a list of targets each connection gets the next that answers. Faults are switched on and off at
run time, from any thread:

    latency     every piece is late by a random time; the order stays
    slice       every piece goes on in slivers of a few bytes
    stall       a cable that is pulled: nothing goes on. What waits goes on at the end, unless the client has gone meanwhile
    swallow     a black hole: connections are accepted, and what the client sends is read and thrown away
    deaf        what the client sends arrives, what the server answers is thrown away: a COMMIT or a POST without its answer
    refuse      nothing listens at the port; connections that are there stay

and at once, of those connections that are there:

    reset       both ends get a reset
    cut_answer  a connection is reset when the server's next piece comes: the request arrived, its answer is lost
    half_close  the client is told that the server will say nothing more; what the client sends still arrives

`struck` counts how often each really did something: pieces delayed or sliced, connections stalled, swallowed, deafened, reset.
A connection that has lost bytes is reset when its fault ends, for it can make no sense any more.
"""

import asyncio
import collections
import random
import select
import socket
import struct
import threading

PIECE = 64 * 1024
LASTING = {"latency", "slice", "stall", "swallow", "deaf", "refuse"}
MOMENTARY = {"reset", "cut_answer", "half_close"}


def close_with_reset(sock):
    """SO_LINGER of zero makes close() send a reset instead of a FIN."""
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    except OSError:
        pass
    sock.close()


def has_gone(sock):
    """Whether the peer has reset the connection. What it sent before could still be read then, but TCP would not deliver it."""
    try:
        poll = select.poll()
        poll.register(sock, 0)
        return any(event & (select.POLLERR | select.POLLNVAL) for _, event in poll.poll(0))
    except (OSError, ValueError):
        return True


class _Connection:
    """One client and its server. Lives on the proxy's loop."""

    def __init__(self, proxy, client):
        self.proxy = proxy
        self.client = client
        self.server = None
        self.lost_bytes = False  # it cannot make sense any more
        self.cut_answer = False
        self.stall_seen = False
        self.ended = False

    def reset(self):
        if self.ended:
            return
        self.ended = True
        for sock in (self.client, self.server):
            if sock is not None:
                close_with_reset(sock)
        self.proxy.connections.discard(self)
        for task in self.tasks:
            task.cancel()

    tasks = ()

    async def run(self):
        loop = asyncio.get_running_loop()
        try:
            await self._hold_back()
            self.server = await self.proxy.connect_target()
        except OSError:
            self.reset()
            return
        up = loop.create_task(self._carry(self.client, self.server, answers=False))
        down = loop.create_task(self._carry(self.server, self.client, answers=True))
        self.tasks = (up, down)
        await asyncio.wait(self.tasks)
        if not self.ended:
            self.ended = True
            self.client.close()
            self.server.close()
            self.proxy.connections.discard(self)

    async def _hold_back(self):
        """While nothing may pass. A client that gives up meanwhile takes what it said with it."""
        proxy = self.proxy
        while proxy.on("stall"):
            if not self.stall_seen:
                self.stall_seen = True
                proxy.struck["stall"] += 1
            await asyncio.sleep(0.05)
            if has_gone(self.client):
                raise ConnectionResetError
        self.stall_seen = False

    async def _carry(self, source, sink, answers):
        loop = asyncio.get_running_loop()
        proxy = self.proxy
        try:
            while True:
                # Not read while stalled: what the client's machine has not got rid of dies with the client.
                await self._hold_back()
                piece = await loop.sock_recv(source, PIECE)
                if not piece:
                    if not self.lost_bytes:
                        sink.shutdown(socket.SHUT_WR)
                    return
                if answers and self.cut_answer:
                    proxy.struck["cut_answer"] += 1
                    self.reset()
                    return
                await self._hold_back()
                if proxy.on("swallow") and not answers or proxy.on("deaf") and answers or self.lost_bytes:
                    if not self.lost_bytes:
                        self.lost_bytes = True
                        proxy.struck["deaf" if answers else "swallow"] += 1
                    continue
                if proxy.on("latency"):
                    proxy.struck["latency"] += 1
                    await asyncio.sleep(proxy.random.uniform(*proxy.parameter("latency")))
                    if has_gone(self.client):
                        raise ConnectionResetError
                if proxy.on("slice"):
                    proxy.struck["slice"] += 1
                    await self._send_slivers(loop, sink, piece)
                else:
                    await loop.sock_sendall(sink, piece)
        except (OSError, ValueError):
            self.reset()

    async def _send_slivers(self, loop, sink, piece):
        begin = 0
        while begin < len(piece):
            # Long ones after a while: a listing of 100 kB is not to take a minute.
            end = begin + self.proxy.random.randint(1, 16 if begin < 400 else 4000)
            await loop.sock_sendall(sink, piece[begin:end])
            begin = end
            await asyncio.sleep(0)


class Proxy:
    def __init__(self, target, seed=0):
        self.targets = target if isinstance(target, list) else [target]
        self.random = random.Random(seed)
        self.struck = collections.Counter()
        self.connections = set()
        self.carried = 0  # connections in all
        self._faults = {}
        self._listener = None
        self._accepting = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self.port = self._call(self._listen(0))

    # --- from any thread

    def switch_on(self, fault, parameter=None):
        assert fault in LASTING, fault
        self._call(self._switch(fault, True, parameter))

    def switch_off(self, fault):
        self._call(self._switch(fault, False, None))

    def strike(self, fault, share=1.0):
        """A momentary fault, of about this share of the connections that are there. How many it was."""
        assert fault in MOMENTARY, fault
        return self._call(self._strike(fault, share))

    def misbehaves(self):
        return bool(self._faults)

    def heal(self):
        for fault in list(self._faults):
            self.switch_off(fault)

    def close(self):
        self._call(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _call(self, coroutine):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(10)

    # --- on the loop

    def on(self, fault):
        return fault in self._faults

    def parameter(self, fault):
        return self._faults[fault]

    async def connect_target(self):
        for _ in self.targets[1:]:
            try:
                return await self._connect_next()
            except OSError:
                continue
        return await self._connect_next()

    async def _connect_next(self):
        target = self.targets[0]
        self.targets.append(self.targets.pop(0))
        family = socket.AF_UNIX if isinstance(target, str) else socket.AF_INET
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.setblocking(False)
        try:
            await asyncio.get_running_loop().sock_connect(sock, target)
        except OSError:
            sock.close()
            raise
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock

    async def _listen(self, port):
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(128)
        listener.setblocking(False)
        self._listener = listener
        self._accepting = asyncio.get_running_loop().create_task(self._accept(listener))
        return listener.getsockname()[1]

    async def _accept(self, listener):
        loop = asyncio.get_running_loop()
        while True:
            client, _ = await loop.sock_accept(listener)
            client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = _Connection(self, client)
            self.connections.add(connection)
            self.carried += 1
            loop.create_task(connection.run())

    def _stop_listening(self):
        self._accepting.cancel()
        # What has connected and was not accepted yet is refused, too.
        self._listener.close()
        self._listener = None

    async def _switch(self, fault, wanted, parameter):
        was = fault in self._faults
        if wanted:
            self._faults[fault] = parameter
        else:
            self._faults.pop(fault, None)
        if fault == "refuse" and wanted != was:
            if wanted:
                self._stop_listening()
            else:
                await self._listen(self.port)
        if was and not wanted and fault in ("swallow", "deaf"):
            for connection in [one for one in self.connections if one.lost_bytes]:
                connection.reset()

    async def _strike(self, fault, share):
        struck = 0
        for connection in list(self.connections):
            if connection.server is None or self.random.random() >= share:
                continue
            struck += 1
            if fault == "reset":
                self.struck["reset"] += 1
                connection.reset()
            elif fault == "cut_answer":
                connection.cut_answer = True  # counted when the answer comes
            else:
                self.struck["half_close"] += 1
                try:
                    connection.client.shutdown(socket.SHUT_WR)
                except OSError:
                    connection.reset()
        return struck

    async def _close(self):
        if self._listener is not None:
            self._stop_listening()
        for connection in list(self.connections):
            connection.reset()
        await asyncio.sleep(0)
