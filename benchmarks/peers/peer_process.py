"""What both peers' processes share: commands in and replies out, one JSON object a line; messages that can be checked.

The Java side of the benchmarks does the same in the packages `command` and `payload`.
"""

import json
import sys
import traceback

import numpy as np
import torch

# Standard output belongs to the replies; a library may print there too, so they are marked.
REPLY = "reply "

MOST_BUFFER_BYTES = 256 << 20
LEAST_BUFFERS = 4


class WrongData(Exception):
    """Something else arrived than was sent."""


def buffer_count(size, outstanding):
    """As many as operations are outstanding, fewer where those would take too much memory."""
    return min(outstanding, max(LEAST_BUFFERS, MOST_BUFFER_BYTES // size))


def words_of(sender, count):
    start = np.uint64((sender + 1) * 0x9E3779B97F4A7C15 % (1 << 64))
    return (start + np.arange(count, dtype=np.uint64)).view(np.int64)


class Messages:
    """Buffers of one sender, on either side. The first and last word of a message hold its number."""

    def __init__(self, sender, size, outstanding):
        self.sender = sender
        self.words = size // 8
        count = buffer_count(size, outstanding)
        self.numbered = count >= outstanding
        # Written, not zeroed: zeroed pages are touched for the first time by the first message.
        self.arrays = [np.full(self.words, -1, dtype=np.int64) for _ in range(count)]
        self.tensors = [torch.from_numpy(array) for array in self.arrays]

    def fill(self):
        pattern = words_of(self.sender, self.words)
        for array in self.arrays:
            array[:] = pattern
            array[0] = array[-1] = -1

    def tensor(self, number):
        return self.tensors[number % len(self.tensors)]

    def stamp(self, number):
        """Before a message is sent."""
        if self.numbered:
            array = self.arrays[number % len(self.arrays)]
            array[0] = number
            array[-1] = ~number

    def check(self, number):
        """After a message arrived: cheap."""
        if self.numbered:
            array = self.arrays[number % len(self.arrays)]
            if array[0] != number or array[-1] != ~number:
                raise WrongData(
                    f"message {number} of sender {self.sender} begins with {array[0]} and ends with {array[-1]}"
                )

    def check_all_words(self):
        """After a run, outside of the measured time: each buffer that was used, each word."""
        pattern = words_of(self.sender, self.words)
        for array in self.arrays:
            if not np.array_equal(array[1:-1], pattern[1:-1]):
                raise WrongData(f"the last messages of sender {self.sender} differ from what was sent")


class MessageStore:
    """Buffers are kept from run to run: the first touch of memory costs more than a copy."""

    def __init__(self):
        self._kept = {}

    def get(self, role, sender, size, outstanding):
        key = (role, sender, size, outstanding)
        if key not in self._kept:
            # Only one size at a time: 64 MB messages take much.
            self._kept = {k: v for k, v in self._kept.items() if k[2] == size}
            messages = Messages(sender, size, outstanding)
            if role == "send":
                messages.fill()
            self._kept[key] = messages
        return self._kept[key]


def say(reply):
    sys.stdout.write(REPLY + json.dumps(reply) + "\n")
    sys.stdout.flush()


def read_command():
    """None at the end of input."""
    line = sys.stdin.readline()
    return json.loads(line) if line else None


def say_failure(failure):
    traceback.print_exc(file=sys.stderr)
    say({"ok": False, "error": f"{type(failure).__name__}: {failure}"})
