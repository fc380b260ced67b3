"""One rank of torch.distributed with the Gloo backend. Usage: gloo_bench.py RANK RANKS PORT

Sends and receives are `isend` and `irecv` with as many outstanding as the command says.
"""

import sys
import time
from datetime import timedelta

import torch
import torch.distributed as dist

from peer_process import MessageStore, WrongData, read_command, say, say_failure

STORE = MessageStore()
TIMEOUT = timedelta(seconds=60)

# FP32 holds every sum of that many operations in place, on up to 4 ranks, exactly.
LARGEST_BATCH = 50
SMALLEST_VALUE = 2.0**-60


def send(command, rank):
    (peer,), outstanding = map(int, command["paths"]), command["outstanding"]
    messages = STORE.get("send", rank, command["bytes"], outstanding)
    works = [None] * outstanding
    total = command["warmup"] + command["count"]
    start = time.perf_counter_ns()
    for number in range(total + outstanding):
        slot = number % outstanding
        if number >= outstanding:
            works[slot].wait()
        if number < total:
            messages.stamp(number)
            works[slot] = dist.isend(messages.tensor(number), peer)
    return {"nanos": time.perf_counter_ns() - start}


def receive(command, rank):
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
        for peer, messages, works in lanes:
            if done >= 0:
                works[slot].wait()
                messages.check(done)
            if number < total:
                works[slot] = dist.irecv(messages.tensor(number), peer)
        if done == warmup - 1:
            start = time.perf_counter_ns()
    nanos = time.perf_counter_ns() - start
    for _, messages, _ in lanes:
        messages.check_all_words()
    return {"nanos": nanos}


def ping(command, rank):
    peer = int(command["path"])
    out = STORE.get("send", rank, command["bytes"], 1)
    back = STORE.get("receive", peer, command["bytes"], 1)
    pause = command["pauseMicros"] / 1e6
    taken = []
    for number in range(command["warmup"] + command["count"]):
        if pause:
            time.sleep(pause)
        out.stamp(number)
        start = time.perf_counter_ns()
        sent = dist.isend(out.tensor(number), peer)
        dist.irecv(back.tensor(number), peer).wait()
        sent.wait()
        taken.append(time.perf_counter_ns() - start)
        back.check(number)
    return {"nanos": sum(taken[command["warmup"]:]), "each": taken[command["warmup"]:]}


def pong(command, rank):
    peer = int(command["path"])
    come = STORE.get("receive", peer, command["bytes"], 1)
    out = STORE.get("send", rank, command["bytes"], 1)
    start = time.perf_counter_ns()
    for number in range(command["warmup"] + command["count"]):
        dist.recv(come.tensor(number), peer)
        come.check(number)
        out.stamp(number)
        dist.send(out.tensor(number), peer)
    return {"nanos": time.perf_counter_ns() - start}


def batches(command):
    """How many operations run between two checks, and whether they count."""
    for part, counts in (("warmup", False), ("count", True)):
        left = command[part]
        while left > 0:
            yield min(left, LARGEST_BATCH), counts
            left -= LARGEST_BATCH


def all_reduce_batch(tensor, group, ranks, rank, operations):
    tensor.fill_((rank + 1) * SMALLEST_VALUE)
    dist.barrier(group=group)
    start = time.perf_counter_ns()
    for _ in range(operations):
        dist.all_reduce(tensor, group=group)
    nanos = time.perf_counter_ns() - start
    # In place: the first makes the sum over all ranks, each further one multiplies by the number of ranks.
    return nanos, SMALLEST_VALUE * (ranks * (ranks + 1) // 2) * ranks ** (operations - 1)


def broadcast_batch(tensor, group, rank, operations):
    tensor.fill_(float(operations) if rank == 0 else 0.0)
    dist.barrier(group=group)
    start = time.perf_counter_ns()
    for _ in range(operations):
        dist.broadcast(tensor, 0, group=group)
    return time.perf_counter_ns() - start, float(operations)


def collective(command, rank, groups):
    ranks, kind = command["ranks"], command["kind"]
    tensor = torch.empty(command["bytes"] // 4, dtype=torch.float32)
    total = 0
    for operations, counts in batches(command):
        if kind == "ALL_REDUCE":
            nanos, expected = all_reduce_batch(tensor, groups[ranks], ranks, rank, operations)
        else:
            nanos, expected = broadcast_batch(tensor, groups[ranks], rank, operations)
        if not bool((tensor == expected).all()):
            raise WrongData(f"{kind} gave {tensor[0]} … {tensor[-1]}, not everywhere {expected}")
        total += nanos if counts else 0
    return {"nanos": total}


def main():
    rank, size, port = (int(argument) for argument in sys.argv[1:])
    torch.set_num_threads(1)
    dist.init_process_group(
        "gloo", init_method=f"tcp://127.0.0.1:{port}", rank=rank, world_size=size, timeout=TIMEOUT
    )
    groups = {n: dist.new_group(list(range(n))) for n in range(2, size + 1)}
    say({"ok": True, "version": f"torch {torch.__version__}"})
    kinds = {"send": send, "receive": receive, "ping": ping, "pong": pong}
    while (command := read_command()) is not None and command["op"] != "quit":
        try:
            if command["op"] == "collective":
                say({"ok": True, **collective(command, rank, groups)})
            else:
                say({"ok": True, **kinds[command["op"]](command, rank)})
        except (RuntimeError, WrongData) as failure:
            say_failure(failure)
    dist.destroy_process_group()


if __name__ == "__main__":
    main()
