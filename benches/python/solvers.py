"""PyKeOps and GeomLoss on the CPU, as a long-lived process: the peer of `solvers`.

    python solvers.py THREADS

The process reads one JSON object per line from its standard input and answers each with one JSON object per line:

* `{"do": "prepare", "task": T, "type": "f4" or "f8", "arrays": {name: [path, shape]}, "path": P, ...}` loads the arrays,
  computes once (so compilation is over) and writes the result as raw numbers to the file P; the reply holds what is
  known of it, such as the number of `products`. A task's further settings are keys of the request;
* `{"do": "run"}` computes the same once more and replies with `seconds`.

A failure is a reply with the key `error`. Whatever a library prints goes to the standard error.
"""

import json
import os
import sys
import time
import traceback

THREADS = int(sys.argv[1])

# Before any library is imported: each of them reads its number of threads when it starts.
for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[variable] = str(THREADS)
os.environ["CUDA_VISIBLE_DEVICES"] = ""

# Libraries print to descriptor 1; the replies go to a copy of it that only this file knows.
REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import numpy as np  # noqa: E402  (after the environment is set)


def system(request, x, b):
    """(K + alpha I) a = b for a Gaussian kernel, by KernelSolve. Its products with K are counted in the first run."""
    from pykeops.numpy import KernelSolve, operations

    aliases = ["x = Vi(3)", "y = Vj(3)", "b = Vj(1)", "g = Pm(1)"]
    solver = KernelSolve("Exp(-SqDist(x, y) * g) * b", aliases, "b", axis=1)
    g = np.array([request["g"]], x.dtype)
    iterate, products = operations.ConjugateGradientSolver, [0]

    def counting(binding, multiply, b, eps):
        def counted(v):
            products[0] += 1
            return multiply(v)

        return iterate(binding, counted, b, eps=eps)

    def run():
        return solver(x, x, b, g, alpha=request["alpha"], eps=request["eps"], backend="CPU")

    operations.ConjugateGradientSolver = counting
    result = run()
    operations.ConjugateGradientSolver = iterate
    return run, result, {"products": products[0]}


def transport(request, x, y):
    """The debiased Sinkhorn divergence of two clouds of equal weights, by SamplesLoss."""
    import torch
    from geomloss import SamplesLoss
    from geomloss._legacy.sinkhorn_divergence import epsilon_schedule

    torch.set_num_threads(THREADS)
    x, y = torch.from_numpy(x), torch.from_numpy(y)
    settings = {"blur": request["blur"], "scaling": request["scaling"], "diameter": request["diameter"]}
    loss = SamplesLoss("sinkhorn", p=2, debias=True, backend="online", **settings)

    def run():
        with torch.no_grad():
            return loss(x, y)

    value = run()
    return run, value.numpy(), {"temperatures": [float(eps) for eps in epsilon_schedule(2, **settings)]}


def columns(request, x, y, b):
    """The product of a Gaussian kernel matrix with many columns, by Genred."""
    from pykeops.numpy import Genred

    aliases = ["x = Vi(3)", "y = Vj(3)", f"b = Vj({b.shape[1]})"]
    multiply = Genred("Exp(-SqDist(x, y)) * b", aliases, reduction_op="Sum", axis=1)

    def run():
        return multiply(x, y, b, backend="CPU")

    return run, run(), {}


TASKS = {"system": system, "transport": transport, "columns": columns}


def prepare(request):
    dtype = np.dtype(request["type"])
    arrays = {name: np.fromfile(path, dtype).reshape(shape) for name, (path, shape) in request["arrays"].items()}
    run, result, reply = TASKS[request["task"]](request, **arrays)
    if result.dtype != dtype:
        raise TypeError(f"computed in {result.dtype}, not in {dtype}")
    np.ascontiguousarray(result).tofile(request["path"])
    return run, reply


def main():
    run = None
    for line in sys.stdin:
        try:
            request = json.loads(line)
            if request["do"] == "prepare":
                run = None  # the arrays of the task before
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
