"""Tells over HTTP which buoy is the nearest."""

import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BUOYS = {"north": (0, 12), "wreck": (7, 3), "bar": (-4, -9)}


def nearest(x, y):
    """The name of the buoy that is the nearest to a place."""
    return min(BUOYS, key=lambda name: (BUOYS[name][0] - x) ** 2 + (BUOYS[name][1] - y) ** 2)


def answer(path):
    """The status and the body for a path such as `/3/4`."""
    try:
        x, y = (int(part) for part in path.strip("/").split("/"))
    except ValueError:
        return 404, "ask for /X/Y\n"
    return 200, nearest(x, y) + "\n"


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        status, body = answer(self.path)
        self.send_response(status)
        self.end_headers()
        self.wfile.write(body.encode())


if __name__ == "__main__":
    ThreadingHTTPServer(("", int(os.environ.get("PORT", "8000"))), Handler).serve_forever()
