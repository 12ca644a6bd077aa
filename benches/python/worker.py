"""One peer of the comparison, as a long-lived process.

    python worker.py PEER THREADS

PEER is `pykeops`, `jax`, `jax-whole` or `numpy`. The process reads one JSON object per line from its standard
input and answers each with one JSON object per line:

* `{"do": "prepare", ...}` loads the arrays of a row, runs it once (so compilation is over) and writes the result
  as raw numbers to the file `answer`; the reply holds `rows`, how many rows of the problem this peer computes: a
  slow one takes the first few, since the time per pair does not depend on the number of rows;
* `{"do": "run"}` computes the prepared row once and replies with `seconds`.

A failure is a reply with the key `error`. Whatever a library prints goes to the standard error.
"""

import json
import os
import sys
import time
import traceback

PEER, THREADS = sys.argv[1], int(sys.argv[2])

# Before any library is imported: each of them reads its number of threads when it starts.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
os.environ["JAX_PLATFORMS"] = "cpu"
if hasattr(os, "sched_setaffinity"):  # JAX sizes its pool by the cores that it may use
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:THREADS])

# Libraries print to descriptor 1; the replies go to a copy of it that only this file knows.
REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import numpy as np  # noqa: E402  (after the environment is set)

TILES = (32, 128, 256, 1024)  # rows per tile that the tiled peers try; the fastest is kept
PROBE = max(TILES)  # rows of the runs that choose the tile
LONGEST = 2.0  # seconds: a peer that would take longer computes fewer rows
WHOLE_BYTES = 1 << 30  # size of the matrix that `jax-whole` may form


# ---- The dense forms, for NumPy (xp = numpy) and JAX (xp = jax.numpy): one function per kind of row ----


def square_distances(xp, x, y):
    """|x|^2 + |y|^2 - 2 x.y for a block of rows x: the form that runs as a matrix product."""
    return xp.sum(x * x, 1)[:, None] + xp.sum(y * y, 1)[None, :] - 2 * (x @ y.T)


def gauss(xp, x, y, b):
    return xp.exp(-square_distances(xp, x, y)) @ b


def log_sum_exp(xp, x, y, b):
    s = b[:, 0][None, :] - square_distances(xp, x, y)
    top = xp.max(s, 1, keepdims=True)
    return top + xp.log(xp.sum(xp.exp(s - top), 1, keepdims=True))


def nearest(xp, x, y, b):
    return xp.argmin(xp.sum(y * y, 1)[None, :] - 2 * (x @ y.T), 1)[:, None]


KINDS = {"gauss": gauss, "log_sum_exp": log_sum_exp, "nearest": nearest}


# ---- The peers: each turns a request into a function of no arguments, and says how many rows it computes ----


def fastest_of(run, count=2):
    """The seconds of the fastest of some runs after a first one, which may compile."""
    run()
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def pykeops_run(request, x, y, b):
    from pykeops.numpy import Genred

    aliases = [f"x = Vi({x.shape[1]})", f"y = Vj({y.shape[1]})", f"b = Vj({b.shape[1]})"]
    arguments = (x, y, b)
    if request["kind"] == "nearest":  # PyKeOps wants no unused variables
        aliases, arguments = aliases[:2], (x, y)
    reduce = Genred(request["formula"], aliases, reduction_op=request["reduction"], axis=1)
    return (lambda: reduce(*arguments, backend="CPU")), len(x)


def tiled(x, run_with):
    """Chooses the tile with the highest rate and as many rows of `x` as LONGEST allows.

    `run_with(tile, x)` is the function that computes the rows `x`, a multiple of `tile` of them.
    """
    tiles = [tile for tile in TILES if tile <= len(x)]
    probe = {tile: min(len(x), PROBE) // tile * tile for tile in tiles}
    seconds, tile = min((fastest_of(run_with(tile, x[: probe[tile]])) / probe[tile], tile) for tile in tiles)
    rows = min(len(x), max(tile, int(LONGEST / seconds))) // tile * tile
    return run_with(tile, x[:rows]), rows


def numpy_run(request, x, y, b):
    kind = KINDS[request["kind"]]

    def run_with(tile, x):
        return lambda: np.concatenate([kind(np, x[k : k + tile], y, b) for k in range(0, len(x), tile)])

    return tiled(x, run_with)


def jax_run(request, x, y, b):
    import jax
    import jax.numpy as jnp

    kind = KINDS[request["kind"]]
    y, b = jnp.asarray(y), jnp.asarray(b)
    over_tiles = jax.jit(lambda tiles, y, b: jax.lax.map(lambda x: kind(jnp, x, y, b), tiles))

    def run_with(tile, x):
        tiles = jnp.asarray(x.reshape(-1, tile, x.shape[1]))
        return lambda: over_tiles(tiles, y, b).block_until_ready()

    return tiled(x, run_with)


def jax_whole_run(request, x, y, b):
    """The expression as one writes it, with the whole matrix in memory; as many rows as WHOLE_BYTES hold."""
    import jax
    import jax.numpy as jnp

    rows = min(len(x), max(1, WHOLE_BYTES // (len(y) * x.itemsize)))
    arguments = jnp.asarray(x[:rows]), jnp.asarray(y), jnp.asarray(b)
    whole = jax.jit(lambda *a: KINDS[request["kind"]](jnp, *a))
    return (lambda: whole(*arguments).block_until_ready()), rows


PEERS = {"pykeops": pykeops_run, "jax": jax_run, "jax-whole": jax_whole_run, "numpy": numpy_run}


# ---- The line protocol ----


def prepare(request):
    dtype = np.dtype(request["type"])  # "f4" or "f8"
    x, y, b = (
        np.fromfile(request[name], dtype).reshape(request["shapes"][name]) for name in ("x", "y", "b")
    )
    run, rows = PEERS[PEER](request, x, y, b)
    answer = np.asarray(run())
    if request["kind"] == "nearest":
        answer = answer.astype(np.int64)
    elif answer.dtype != dtype:
        raise TypeError(f"computed in {answer.dtype}, not in {dtype}")
    np.ascontiguousarray(answer).tofile(request["answer"])
    return run, {"rows": rows}


def main():
    if PEER.startswith("jax"):
        import jax

        jax.config.update("jax_enable_x64", True)
    run = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["do"] == "prepare":
                run = None  # the arrays of the row before
                run, reply = prepare(request)
            else:
                start = time.perf_counter()
                run()
                reply = {"seconds": time.perf_counter() - start}
        except Exception as error:  # noqa: BLE001  (the other side decides what a failure means)
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(reply), file=REPLIES)


main()
