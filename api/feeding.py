"""The program that feeds the views for a process that serves; it is begun by that, with a pipe to it."""

import sys

from api import logs
from projections.apart import serve

if __name__ == "__main__":
    _, form, number = sys.argv
    logs.configure("json" if form == "json" else "text" if form == "text" else None)
    serve(int(number))
