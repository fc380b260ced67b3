"""One process of MultiWorld on the Gloo backend. Usage: multiworld_bench.py RANK SENDERS PORT

Process 0 receives from the processes 1..SENDERS; it shares a world of two ranks with each of them, as MultiWorld's own
examples do, and is rank 0 in each. All goes through MultiWorld's manager and communicator.
"""

import asyncio
import sys
import time

import multiworld
import torch
from multiworld.communicator import BrokenWorldException
from multiworld.manager import WorldManager

from peer_process import MessageStore, WrongData, read_command, say, say_failure

STORE = MessageStore()


def world_name(sender):
    return f"world-{sender}"


async def send(communicator, command, rank):
    outstanding = command["outstanding"]
    messages = STORE.get("send", rank, command["bytes"], outstanding)
    tasks = [None] * outstanding
    total = command["warmup"] + command["count"]
    start = time.perf_counter_ns()
    for number in range(total + outstanding):
        slot = number % outstanding
        if number >= outstanding:
            await tasks[slot]
        if number < total:
            messages.stamp(number)
            tasks[slot] = asyncio.ensure_future(
                communicator.send(messages.tensor(number), 0, world_name(rank))
            )
    return {"nanos": time.perf_counter_ns() - start}


async def receive(communicator, command):
    outstanding, warmup, count = command["outstanding"], command["warmup"], command["count"]
    lanes = [
        (int(path), STORE.get("receive", int(path), command["bytes"], outstanding), [None] * outstanding)
        for path in command["paths"]
    ]
    total = warmup + count
    start = time.perf_counter_ns()
    for number in range(total + outstanding):
        slot = number % outstanding
        done = number - outstanding
        for sender, messages, tasks in lanes:
            if done >= 0:
                await tasks[slot]
                # Each operation has its own thread there, so several outstanding ones may overtake each other.
                if outstanding == 1:
                    messages.check(done)
            if number < total:
                tasks[slot] = asyncio.ensure_future(
                    communicator.recv(messages.tensor(number), 1, world_name(sender))
                )
        if done == warmup - 1:
            start = time.perf_counter_ns()
    nanos = time.perf_counter_ns() - start
    for _, messages, _ in lanes:
        messages.check_all_words()
    return {"nanos": nanos}


async def run(rank, senders, port):
    manager = WorldManager()
    for sender in range(1, senders + 1) if rank == 0 else [rank]:
        await manager.initialize_world(
            world_name(sender), 0 if rank == 0 else 1, 2, backend="gloo", addr="127.0.0.1", port=port + sender
        )
    say({"ok": True, "version": f"multiworld {multiworld.__version__} on torch {torch.__version__}"})
    loop = asyncio.get_running_loop()
    # Commands are read on a thread: the manager and its watchdog need the event loop.
    while (command := await loop.run_in_executor(None, read_command)) is not None and command["op"] != "quit":
        try:
            if command["op"] == "receive":
                say({"ok": True, **await receive(manager.communicator, command)})
            else:
                say({"ok": True, **await send(manager.communicator, command, rank)})
        except (RuntimeError, BrokenWorldException, WrongData) as failure:
            say_failure(failure)
    # What its examples end with; it does not return.
    manager.cleanup()


if __name__ == "__main__":
    torch.set_num_threads(1)
    asyncio.run(run(*(int(argument) for argument in sys.argv[1:])))
