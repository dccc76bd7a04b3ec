"""Reads the numbers of measure files as a plain script does: one path a line on stdin, milliseconds out.

A record is as many words as there are names; its values become floats, a word that is none becomes None, and every
record a tuple that is dropped again. Starting Python is not timed.
"""

import sys
import time


def number(word):
    try:
        return float(word)
    except ValueError:
        return None


def read(path):
    names, words, rows = [], [], 0
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(("$", ".")):
                continue
            if not names or names[-1] != "alter#":
                names += line.split()
                continue
            words += line.split()
            if len(words) >= len(names):
                tuple([number(word) for word in words])
                words = []
                rows += 1
    return rows


for path in sys.stdin:
    start = time.perf_counter()
    rows = read(path.rstrip("\n"))
    print((time.perf_counter() - start) * 1000, rows, flush=True)
