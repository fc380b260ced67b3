"""Ray's side of the core benchmark: the tests of `ray microbenchmark` by their names, each for as long as it is told.

One JSON object a line comes in ({"test": ..., "seconds": ...}) and one goes out for each, marked with "reply ".
"""

import json
import sys
import time
import traceback

import ray

REPLY = "reply "
CORES = 2


def say(reply):
    sys.stdout.write(REPLY + json.dumps(reply) + "\n")
    sys.stdout.flush()


@ray.remote(num_cpus=0)
class Actor:
    def small_value(self):
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


@ray.remote
def work(actors, count):
    ray.get([actors[i % len(actors)].small_value.remote() for i in range(count)])


@ray.remote
def small_value():
    return b"ok"


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


def tests():
    actor = Actor.remote()
    ray.get(actor.small_value.remote())

    def actor_sync():
        ray.get(actor.small_value.remote())

    def actor_async():
        ray.get([actor.small_value.remote() for _ in range(1000)])

    # On two cores Ray's own tests have one server, and four tasks as clients.
    servers = [Actor.remote()]
    client = Client.remote(servers)

    def one_to_n():
        ray.get(client.small_value_batch.remote(5000))

    def n_to_n():
        ray.get([work.remote(servers, 5000) for _ in range(4)])

    zero = ray.put(0)

    def get_small():
        ray.get(zero)

    def put_small():
        ray.put(0)

    def wait_1k():
        not_ready = [small_value.remote() for _ in range(1000)]
        fetch_local = True
        while not_ready:
            _, not_ready = ray.wait(not_ready, fetch_local=fetch_local)
            fetch_local = False

    def task_sync():
        ray.get(small_value.remote())

    def task_async():
        ray.get([small_value.remote() for _ in range(1000)])

    return {
        "single client get calls (Plasma Store)": (get_small, 1),
        "single client put calls (Plasma Store)": (put_small, 1),
        "single client wait 1k refs": (wait_1k, 1),
        "single client tasks sync": (task_sync, 1),
        "single client tasks async": (task_async, 1000),
        "1:n actor calls async": (one_to_n, 5000),
        "n:n actor calls async": (n_to_n, 4 * 5000),
        "1:1 actor calls sync": (actor_sync, 1),
        "1:1 actor calls async": (actor_async, 1000),
    }


def main():
    ray.init(num_cpus=CORES, include_dashboard=False, log_to_driver=False)
    known = tests()
    say({"version": ray.__version__})
    for line in sys.stdin:
        wanted = json.loads(line)
        try:
            step, count = known[wanted["test"]]
            say({"perSecond": per_second(step, count, wanted["seconds"])})
        except Exception as failure:
            traceback.print_exc(file=sys.stderr)
            say({"error": f"{type(failure).__name__}: {failure}"})
    ray.shutdown()


if __name__ == "__main__":
    main()
