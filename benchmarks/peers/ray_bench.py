"""Ray's side of the core benchmark: the tests of `ray microbenchmark` by their names, each for as long as it is told.

One JSON object a line comes in ({"test": ..., "seconds": ...}) and one goes out for each, marked with "reply ".
"""

import json
import os
import sys
import time
import traceback

import numpy as np
import ray

REPLY = "reply "
CORES = 2
GB = 1e9


def say(reply):
    sys.stdout.write(REPLY + json.dumps(reply) + "\n")
    sys.stdout.flush()


@ray.remote(num_cpus=0)
class Actor:
    def small_value(self):
        return b"ok"

    def small_value_arg(self, argument):
        return b"ok"

    def small_value_batch(self, count):
        ray.get([small_value.remote() for _ in range(count)])


@ray.remote(num_cpus=0)
class AsyncActor:
    async def small_value(self):
        return b"ok"

    async def small_value_with_arg(self, argument):
        return b"ok"


@ray.remote(num_cpus=0)
class Client:
    def __init__(self, servers):
        self.servers = servers

    def small_value_batch(self, count):
        results = []
        for server in self.servers:
            results.extend([server.small_value.remote() for _ in range(count)])
        ray.get(results)

    def small_value_batch_arg(self, count):
        argument = ray.put(0)
        results = []
        for server in self.servers:
            results.extend([server.small_value_arg.remote(argument) for _ in range(count)])
        ray.get(results)


@ray.remote
def work(actors, count):
    ray.get([actors[i % len(actors)].small_value.remote() for i in range(count)])


@ray.remote
def small_value():
    return b"ok"


@ray.remote
def small_value_batch(count):
    ray.get([small_value.remote() for _ in range(count)])
    return 0


@ray.remote
def put_small(count):
    for _ in range(count):
        ray.put(0)


@ray.remote
def put_large(count):
    for _ in range(count):
        ray.put(np.zeros(10 * 1024 * 1024, dtype=np.int64))


@ray.remote
def references(count):
    return [ray.put(1) for _ in range(count)]


def per_second(step, count, seconds):
    """How many are done in a second by a step that does so many."""
    begin = time.perf_counter()
    done = 0
    while True:
        step()
        done += count
        took = time.perf_counter() - begin
        if took >= seconds:
            return done / took


def object_tests():
    zero = ray.put(0)
    large = np.zeros(100 * 1024 * 1024, dtype=np.int64)
    part = np.zeros(12_500_000)
    containing = references.remote(10_000)

    def there_and_back():
        if len(ray.get(ray.put(part))) != len(part):
            raise ValueError("another array came back")

    def wait_1k():
        not_ready = [small_value.remote() for _ in range(1000)]
        fetch_local = True
        while not_ready:
            _, not_ready = ray.wait(not_ready, fetch_local=fetch_local)
            fetch_local = False

    return {
        "single client get calls (Plasma Store)": (lambda: ray.get(zero), 1),
        "single client put calls (Plasma Store)": (lambda: ray.put(0), 1),
        "multi client put calls (Plasma Store)": (
            lambda: ray.get([put_small.remote(100) for _ in range(10)]),
            10 * 100,
        ),
        "single client put gigabytes": (lambda: ray.put(large), large.nbytes / GB),
        "multi client put gigabytes": (
            lambda: ray.get([put_large.remote(10) for _ in range(10)]),
            10 * 10 * 10 * 1024 * 1024 * 8 / GB,
        ),
        "put and get gigabytes, 100 MB tensors": (there_and_back, part.nbytes / GB),
        "put and get gigabytes, 100 MB arrays": (there_and_back, part.nbytes / GB),
        "single client get object containing 10k refs": (lambda: ray.get(containing), 1),
        "single client wait 1k refs": (wait_1k, 1),
    }


def task_tests():
    clients = [Actor.remote() for _ in range(4)]
    return {
        "single client tasks and get batch": (lambda: ray.get(small_value_batch.remote(1000)), 1),
        "single client tasks sync": (lambda: ray.get(small_value.remote()), 1),
        "single client tasks async": (
            lambda: ray.get([small_value.remote() for _ in range(1000)]),
            1000,
        ),
        "multi client tasks async": (
            lambda: ray.get([client.small_value_batch.remote(10000) for client in clients]),
            4 * 10000,
        ),
    }


def actor_tests():
    # On two cores Ray's own tests have one server, and four tasks as clients.
    actor = Actor.remote()
    concurrent = Actor.options(max_concurrency=16).remote()
    ray.get([actor.small_value.remote(), concurrent.small_value.remote()])
    servers = [Actor.remote()]
    client = Client.remote(servers)
    return {
        "1:1 actor calls sync": (lambda: ray.get(actor.small_value.remote()), 1),
        "1:1 actor calls async": (
            lambda: ray.get([actor.small_value.remote() for _ in range(1000)]),
            1000,
        ),
        "1:1 actor calls concurrent": (
            lambda: ray.get([concurrent.small_value.remote() for _ in range(1000)]),
            1000,
        ),
        "1:n actor calls async": (lambda: ray.get(client.small_value_batch.remote(5000)), 5000),
        "n:n actor calls async": (
            lambda: ray.get([work.remote(servers, 5000) for _ in range(4)]),
            4 * 5000,
        ),
        "n:n actor calls with arg async": (
            lambda: ray.get(client.small_value_batch_arg.remote(1000)),
            1000,
        ),
    }


def placement_group_tests():
    def create_and_remove():
        groups = [ray.util.placement_group([{"custom": 0.001}]) for _ in range(100)]
        for group in groups:
            group.wait(timeout_seconds=30)
        for group in groups:
            ray.util.remove_placement_group(group)

    return {"placement group create/removal": (create_and_remove, 100)}


def async_actor_tests():
    actor = AsyncActor.remote()
    ray.get(actor.small_value.remote())
    servers = [AsyncActor.remote()]
    client = Client.remote(servers)
    return {
        "1:1 async-actor calls sync": (lambda: ray.get(actor.small_value.remote()), 1),
        "1:1 async-actor calls async": (
            lambda: ray.get([actor.small_value.remote() for _ in range(1000)]),
            1000,
        ),
        "1:1 async-actor calls with args async": (
            lambda: ray.get([actor.small_value_with_arg.remote(i) for i in range(1000)]),
            1000,
        ),
        "1:n async-actor calls async": (
            lambda: ray.get(client.small_value_batch.remote(5000)),
            5000,
        ),
        "n:n async-actor calls async": (
            lambda: ray.get([work.remote(servers, 5000) for _ in range(4)]),
            4 * 5000,
        ),
    }


@ray.remote(num_cpus=0)
class SmallActor:
    def __init__(self, number):
        self.number = number

    def pid(self):
        return os.getpid()


def share_of_memory(pid):
    with open(f"/proc/{pid}/smaps_rollup", encoding="ascii") as lines:
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("Pss:"))


def many_actors(most, seconds):
    """As many as can be started in that time, looked at while all of them live."""
    batch = 8
    actors = []
    pids = []
    begin = time.perf_counter()
    while len(actors) < most and time.perf_counter() - begin < seconds:
        some = [SmallActor.remote(len(actors) + i) for i in range(batch)]
        pids.extend(ray.get([actor.pid.remote() for actor in some]))
        actors.extend(some)
    took = time.perf_counter() - begin
    memory = sum(share_of_memory(pid) for pid in set(pids))
    for actor in actors:
        ray.kill(actor)
    return {"count": len(actors), "perSecond": len(actors) / took, "bytesEach": memory / len(actors)}


def main():
    ray.init(num_cpus=CORES, resources={"custom": 100}, include_dashboard=False, log_to_driver=False)
    known = {
        **object_tests(),
        **task_tests(),
        **actor_tests(),
        **async_actor_tests(),
        **placement_group_tests(),
    }
    say({"version": ray.__version__})
    for line in sys.stdin:
        wanted = json.loads(line)
        try:
            if "actors" in wanted:
                say(many_actors(wanted["actors"], wanted["seconds"]))
            else:
                step, count = known[wanted["test"]]
                say({"perSecond": per_second(step, count, wanted["seconds"])})
        except Exception as failure:
            traceback.print_exc(file=sys.stderr)
            say({"error": f"{type(failure).__name__}: {failure}"})
    ray.shutdown()


if __name__ == "__main__":
    main()
