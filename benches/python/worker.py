"""One peer of the comparison, as a long-lived process.

    python worker.py PEER THREADS

PEER is `pykeops`, `jax`, `jax-whole`, `numpy`, `faiss` or `sklearn`. The process reads one JSON object per line from
its standard input and answers each with one JSON object per line:

* `{"do": "prepare", ...}` loads the `variables` of a row, runs it once (so compilation is over) and writes each of
  its `results` as raw numbers to a file; the reply holds `rows`, with how many of the rows x_i this peer computes: a
  slow one takes the first few, since the time per pair does not depend on the number of rows;
* `{"do": "run"}` computes the prepared row once and replies with `seconds`.

A failure is a reply with the key `error`; where a library has no such row, the key `lacks` says why. Whatever a library prints goes to the standard error.
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
PROBE = max(TILES)  # rows of the runs that choose the tile, or show how slow PyKeOps is
LONGEST = 2.0  # seconds: a tiled peer that would take longer computes fewer rows
PATIENCE = 5.0  # the same for PyKeOps, which computes most rows whole
WHOLE_BYTES = 1 << 30  # size of the matrix that `jax-whole` may form


# ---- The dense forms: one function per kind of result ----


def square_distances(xp, x, y):
    """|x|^2 + |y|^2 - 2 x.y for a block of rows x: the form that runs as a matrix product."""
    return xp.sum(x * x, 1)[:, None] + xp.sum(y * y, 1)[None, :] - 2 * (x @ y.T)


def gauss(xp, x, y, b):
    return xp.exp(-square_distances(xp, x, y)) @ b


def log_sum_exp(xp, x, y, b):
    s = b[:, 0][None, :] - square_distances(xp, x, y)
    top = xp.max(s, 1, keepdims=True)
    return top + xp.log(xp.sum(xp.exp(s - top), 1, keepdims=True))


def nearest(xp, x, y):
    return xp.argmin(xp.sum(y * y, 1)[None, :] - 2 * (x @ y.T), 1)[:, None]


def attention(xp, x, y, b):
    s = x @ y.T / x.shape[1] ** 0.5
    weights = xp.exp(s - xp.max(s, 1, keepdims=True))
    return (weights @ b) / xp.sum(weights, 1, keepdims=True)


# For NumPy (xp = numpy) and JAX (xp = jax.numpy).
VALUES = {"gauss": gauss, "log_sum_exp": log_sum_exp, "nearest": nearest, "attention": attention}


def gradients(jnp, by, e, **variables):
    """The gradients of the Gaussian sum by some variables, for the cotangent e."""
    import jax

    def of(*some):
        return gauss(jnp, **(variables | dict(zip(by, some))))

    _, transposed = jax.vjp(of, *(variables[name] for name in by))
    return transposed(e)


def hessian(jnp, x, h, **variables):
    import jax

    return jax.jvp(lambda x: gradients(jnp, ["x"], x=x, **variables)[0], (x,), (h,))[1]


def laplacian(jnp, x, y, b):
    import jax

    def of(point):
        return gauss(jnp, point[None], y, b)[0, 0]

    return jax.vmap(lambda point: jnp.trace(jax.hessian(of)(point)))(x)[:, None]


# For JAX, by its automatic differentiation; NumPy has none.
DERIVATIVES = {"hessian": hessian, "laplacian": laplacian}


class Lacking(Exception):
    """Why a library has no row."""


def kinds_of(request, known, otherwise):
    """The kinds of the results, all of which must be known."""
    kinds = [result["kind"] for result in request["results"]]
    if not all(kind in known for kind in kinds):
        raise Lacking(otherwise)
    return kinds


# ---- The peers: each turns a request and the arrays of its variables, by name, into a function of no arguments that
# ---- returns the results, and says with how many rows it computes


def fastest_of(run, count=2):
    """The seconds of the fastest of some runs after a first one, which may compile."""
    run()
    seconds = []
    for _ in range(count):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def by_index(request, arrays):
    """The arrays whose rows are those of x, and those whose rows are those of y."""
    names = [[v["name"] for v in request["variables"] if v["index"] == index] for index in "ij"]
    return [{name: arrays[name] for name in some} for some in names]


def pykeops_run(request, arrays):
    from pykeops.numpy import Genred

    aliases = [f"{v['name']} = V{v['index']}({v['shape'][1]})" for v in request["variables"]]
    reduction, _, argument = request["reduction"].rstrip(")").partition("(")
    options = {}
    if argument:  # how many terms are kept, or a second formula in quotes
        argument = json.loads(argument)
        options = {"formula2" if isinstance(argument, str) else "opt_arg": argument}
    reductions = [
        Genred(r["formula"], aliases, reduction_op=reduction, axis={"i": 1, "j": 0}[r["index"]], **options)
        for r in request["results"]
    ]
    over_i, _ = by_index(request, arrays)

    def run_with(rows):
        some = [array[:rows] if name in over_i else array for name, array in arrays.items()]
        return lambda: [reduce(*some, backend="CPU") for reduce in reductions]

    rows = len(arrays["x"])
    probe = min(rows, PROBE)
    seconds = fastest_of(run_with(probe), count=1) / probe
    rows = min(rows, max(probe, int(PATIENCE / seconds)))
    return run_with(rows), rows


def tiled(rows, run_with):
    """Chooses the tile with the highest rate and as many rows as LONGEST allows.

    `run_with(tile, rows)` is the function that computes with the first `rows`, a multiple of `tile`.
    """
    tiles = [tile for tile in TILES if tile <= rows]
    probe = {tile: min(rows, PROBE) // tile * tile for tile in tiles}
    seconds, tile = min((fastest_of(run_with(tile, probe[tile])) / probe[tile], tile) for tile in tiles)
    rows = min(rows, max(tile, int(LONGEST / seconds))) // tile * tile
    return run_with(tile, rows), rows


def numpy_run(request, arrays):
    kinds = kinds_of(request, VALUES, "no derivatives; several neighbours are compared with PyKeOps and faiss")
    over_i, over_j = by_index(request, arrays)

    def run_with(tile, rows):
        def run():
            tiles = [{name: array[k : k + tile] for name, array in over_i.items()} for k in range(0, rows, tile)]
            return [np.concatenate([VALUES[kind](np, **some, **over_j) for some in tiles]) for kind in kinds]

        return run

    return tiled(len(arrays["x"]), run_with)


def jax_results(request):
    """The results of a request as a function of the variables."""
    import jax.numpy as jnp

    functions = VALUES | DERIVATIVES
    known = {*functions, "gradient_x", "gradient_y", "gradient_b"}
    kinds = kinds_of(request, known, "several neighbours are compared with PyKeOps and faiss")
    by = [kind.removeprefix("gradient_") for kind in kinds if kind.startswith("gradient_")]
    if by:  # all gradients at once: that is faster than one after the other
        return lambda variables: gradients(jnp, by, **variables)
    return lambda variables: [functions[kind](jnp, **variables) for kind in kinds]


def jax_run(request, arrays):
    import jax
    import jax.numpy as jnp

    over_i, over_j = by_index(request, arrays)
    over_j = {name: jnp.asarray(array) for name, array in over_j.items()}
    results = jax_results(request)

    @jax.jit
    def over_tiles(tiles, over_j):
        """The results by i of one tile after the other; the sums over the tiles of results by j."""
        parts = jax.lax.map(lambda tile: results(tile | over_j), tiles)
        indices = [result["index"] for result in request["results"]]
        return [p.sum(0) if index == "j" else p.reshape(-1, p.shape[2]) for p, index in zip(parts, indices)]

    def run_with(tile, rows):
        tiles = {name: jnp.asarray(a[:rows].reshape(-1, tile, a.shape[1])) for name, a in over_i.items()}
        return lambda: jax.block_until_ready(over_tiles(tiles, over_j))

    return tiled(len(arrays["x"]), run_with)


def jax_whole_run(request, arrays):
    """The expression as one writes it, with the whole matrix in memory; as many rows as WHOLE_BYTES hold."""
    import jax
    import jax.numpy as jnp

    over_i, over_j = by_index(request, arrays)
    x, y = arrays["x"], arrays["y"]
    rows = min(len(x), max(1, WHOLE_BYTES // (len(y) * x.itemsize)))
    variables = {name: jnp.asarray(a[:rows]) for name, a in over_i.items()} | {
        name: jnp.asarray(a) for name, a in over_j.items()
    }
    whole = jax.jit(jax_results(request))
    return (lambda: jax.block_until_ready(whole(variables))), rows


def faiss_run(request, arrays):
    """The search alone: an index is built once and searched many times."""
    import faiss

    reason = "it finds nearest points, in f32"
    kinds_of(request, {"nearest", "neighbours"}, reason)
    if arrays["y"].dtype != np.float32:
        raise Lacking(reason)
    faiss.omp_set_num_threads(THREADS)
    index = faiss.IndexFlatL2(arrays["y"].shape[1])
    index.add(arrays["y"])
    (result,) = request["results"]
    return (lambda: [index.search(arrays["x"], result["columns"])[1]]), len(arrays["x"])


def sklearn_run(request, arrays):
    from sklearn.metrics import pairwise_distances_argmin
    from threadpoolctl import threadpool_limits

    kinds_of(request, {"nearest"}, "of its functions only pairwise_distances_argmin is compared")
    threadpool_limits(THREADS)
    return (lambda: [pairwise_distances_argmin(arrays["x"], arrays["y"])]), len(arrays["x"])


PEERS = {
    "pykeops": pykeops_run,
    "jax": jax_run,
    "jax-whole": jax_whole_run,
    "numpy": numpy_run,
    "faiss": faiss_run,
    "sklearn": sklearn_run,
}


# ---- The line protocol ----


def prepare(request):
    dtype = np.dtype(request["type"])  # "f4" or "f8"
    arrays = {v["name"]: np.fromfile(v["path"], dtype).reshape(v["shape"]) for v in request["variables"]}
    run, rows = PEERS[PEER](request, arrays)
    for result, answer in zip(request["results"], map(np.asarray, run()), strict=True):
        if result["kind"] in ("nearest", "neighbours"):
            answer = answer.astype(np.int64)
        elif answer.dtype != dtype:
            raise TypeError(f"computed in {answer.dtype}, not in {dtype}")
        np.ascontiguousarray(answer).tofile(result["path"])
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
        except Lacking as what:
            reply = {"lacks": str(what)}
        except Exception as error:  # noqa: BLE001  (the other side decides what a failure means)
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(reply), file=REPLIES)


main()
