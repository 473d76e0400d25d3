"""A stand-in for a service process: `toy_service.py serve <port> | die | stubborn`."""

import signal
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer


class Health(BaseHTTPRequestHandler):
    """Answers 200 to everything."""

    def do_GET(self) -> None:
        """Any path."""
        self.send_response(200)
        self.end_headers()


def main(mode: str, *arguments: str) -> None:
    """Exits with 0 on SIGTERM."""
    if mode == "die":
        sys.exit("no luck today")
    signal.signal(signal.SIGTERM, signal.SIG_IGN if mode == "stubborn" else lambda *_: sys.exit(0))
    if mode == "serve":
        HTTPServer(("127.0.0.1", int(arguments[0])), Health).serve_forever()
    while True:
        time.sleep(60)


if __name__ == "__main__":
    main(*sys.argv[1:])
