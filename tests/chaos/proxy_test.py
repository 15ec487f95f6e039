"""The proxy does what it says, and counts it."""

import errno
import socket
import threading
import time
import unittest

from proxy import Proxy


class Echo:
    """A server that sends back what it gets, and remembers it."""

    def __init__(self):
        self.received = b""
        self.closed = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                sock, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(sock,), daemon=True).start()

    def _serve(self, sock):
        with sock:
            try:
                while piece := sock.recv(4096):
                    self.received += piece
                    sock.sendall(piece)
            except OSError:
                pass
        self.closed.set()


def read_exactly(sock, n):
    text = b""
    while len(text) < n:
        piece = sock.recv(n - len(text))
        if not piece:
            break
        text += piece
    return text


class ProxyTest(unittest.TestCase):
    def setUp(self):
        self.echo = Echo()
        self.addCleanup(self.echo.listener.close)
        self.proxy = Proxy(("127.0.0.1", self.echo.port), seed=1)
        self.addCleanup(self.proxy.close)

    def connect(self):
        sock = socket.create_connection(("127.0.0.1", self.proxy.port), timeout=5)
        self.addCleanup(sock.close)
        return sock

    def asked(self, sock, text=b"hello"):
        sock.sendall(text)
        return read_exactly(sock, len(text))

    def assert_silent(self, sock, seconds=0.2):
        sock.settimeout(seconds)
        with self.assertRaises(TimeoutError):
            sock.recv(1)
        sock.settimeout(5)

    def assert_reset(self, sock):
        with self.assertRaises(OSError) as caught:
            if sock.recv(1) == b"":
                self.fail("closed and not reset")
        self.assertIn(caught.exception.errno, (errno.ECONNRESET, errno.EPIPE))

    def test_carries_everything_when_nothing_is_wrong(self):
        sock = self.connect()
        text = bytes(range(256)) * 2000
        threading.Thread(target=sock.sendall, args=(text,)).start()
        self.assertEqual(read_exactly(sock, len(text)), text)
        sock.shutdown(socket.SHUT_WR)
        self.assertEqual(sock.recv(1), b"")
        self.assertFalse(self.proxy.struck)

    def test_several_targets_take_turns_and_one_that_is_gone_is_passed_over(self):
        other = Echo()
        gone = socket.create_server(("127.0.0.1", 0))
        proxy = Proxy([("127.0.0.1", one.getsockname()[1]) for one in (self.echo.listener, gone, other.listener)])
        gone.close()
        self.addCleanup(proxy.close)
        for text in (b"1", b"2", b"3", b"4"):
            with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as sock:
                self.assertEqual(self.asked(sock, text), text)
        self.assertEqual((self.echo.received, other.received), (b"13", b"24"))

    def test_latency_and_slices_keep_the_order(self):
        self.proxy.switch_on("latency", (0.05, 0.1))
        self.proxy.switch_on("slice")
        sock = self.connect()
        begin = time.monotonic()
        self.assertEqual(self.asked(sock, b"abcdefghij" * 200), b"abcdefghij" * 200)
        self.assertGreater(time.monotonic() - begin, 0.1)
        self.assertGreater(self.proxy.struck["latency"], 1)
        self.assertGreater(self.proxy.struck["slice"], 1)

    def test_a_stall_delivers_late_to_who_has_waited(self):
        sock = self.connect()
        self.asked(sock)
        self.proxy.switch_on("stall")
        sock.sendall(b"late")
        self.assert_silent(sock)
        self.assertEqual(self.echo.received, b"hello")
        self.proxy.switch_off("stall")
        self.assertEqual(read_exactly(sock, 4), b"late")
        self.assertGreater(self.proxy.struck["stall"], 0)

    def test_what_a_client_said_that_gave_up_in_a_stall_never_arrives(self):
        sock = self.connect()
        self.asked(sock)
        self.proxy.switch_on("stall")
        time.sleep(0.2)
        sock.sendall(b"never")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        sock.close()
        time.sleep(0.2)
        self.proxy.switch_off("stall")
        self.assertTrue(self.echo.closed.wait(5))
        self.assertEqual(self.echo.received, b"hello")

    def test_a_black_hole_swallows_and_is_no_connection_afterwards(self):
        sock = self.connect()
        self.asked(sock)
        self.proxy.switch_on("swallow")
        sock.sendall(b"lost")
        self.assert_silent(sock)
        new = self.connect()
        new.sendall(b"lost, too")
        self.assert_silent(new)
        self.proxy.switch_off("swallow")
        self.assert_reset(sock)
        self.assert_reset(new)
        self.assertEqual(self.echo.received, b"hello")
        self.assertEqual(self.proxy.struck["swallow"], 2)
        self.assertEqual(self.asked(self.connect()), b"hello")

    def test_deaf_loses_the_answer_and_not_the_request(self):
        sock = self.connect()
        self.proxy.switch_on("deaf")
        sock.sendall(b"asked")
        self.assert_silent(sock)
        self.assertEqual(self.echo.received, b"asked")
        self.proxy.switch_off("deaf")
        self.assert_reset(sock)
        self.assertEqual(self.proxy.struck["deaf"], 1)

    def test_a_refused_connection_is_refused(self):
        sock = self.connect()
        self.asked(sock)
        self.proxy.switch_on("refuse")
        with self.assertRaises(ConnectionRefusedError):
            self.connect()
        self.assertEqual(self.asked(sock), b"hello")
        self.proxy.switch_off("refuse")
        self.assertEqual(self.asked(self.connect()), b"hello")

    def test_resets(self):
        sock = self.connect()
        self.asked(sock)
        self.assertEqual(self.proxy.strike("reset"), 1)
        self.assert_reset(sock)
        self.assertTrue(self.echo.closed.wait(5))

    def test_an_answer_is_cut_off_after_its_request_arrived(self):
        sock = self.connect()
        self.asked(sock)
        self.assertEqual(self.proxy.strike("cut_answer"), 1)
        self.assertEqual(self.proxy.struck["cut_answer"], 0)
        sock.sendall(b"asked")
        self.assert_reset(sock)
        self.assertEqual(self.echo.received, b"helloasked")
        self.assertEqual(self.proxy.struck["cut_answer"], 1)

    def test_half_close_lets_requests_through(self):
        sock = self.connect()
        self.asked(sock)
        self.proxy.strike("half_close")
        self.assertEqual(sock.recv(1), b"")
        sock.sendall(b"more")
        deadline = time.monotonic() + 5
        while self.echo.received != b"hellomore" and time.monotonic() < deadline:
            time.sleep(0.01)
        self.assertEqual(self.echo.received, b"hellomore")


if __name__ == "__main__":
    unittest.main()
