"""PyKeOps on a GPU, through its torch back end, as a long-lived process.

    python pykeops_gpu.py cuda:0

It answers the requests of `worker.py` of this folder. The arrays lie on the GPU before a run begins; a run is a call, and
the copy of its results to the host.
"""

import json
import os
import sys
import time
import traceback

DEVICE = sys.argv[1]

# Libraries print to descriptor 1; the replies go to a copy of it that only this file knows.
REPLIES = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

import numpy as np  # noqa: E402  (after the descriptors are set)
import torch  # noqa: E402
from pykeops.torch import Genred  # noqa: E402


def prepare(request):
    """The prepared run, a function of no arguments, after a first call that writes its results to files."""
    variables = request["variables"]
    arrays = []
    for variable in variables:
        numbers = np.fromfile(variable["path"], request["type"]).reshape(variable["shape"])
        arrays.append(torch.from_numpy(numbers).to(DEVICE))
    aliases = [f"{v['name']} = V{v['index']}({v['shape'][1]})" for v in variables]
    reduction, _, argument = request["reduction"].rstrip(")").partition("(")
    options = {}
    if argument:  # how many terms are kept, or a second formula in quotes
        argument = json.loads(argument)
        options = {"formula2" if isinstance(argument, str) else "opt_arg": argument}
    reductions = [
        Genred(r["formula"], aliases, reduction_op=reduction, axis={"i": 1, "j": 0}[r["index"]], **options)
        for r in request["results"]
    ]

    def run():
        return [reduce(*arrays, backend="GPU").cpu().numpy() for reduce in reductions]

    for wanted, got in zip(request["results"], run()):
        is_index = wanted["kind"] in ("nearest", "neighbours")
        got.astype(np.int64 if is_index else request["type"]).tofile(wanted["path"])
    (rows,) = {v["shape"][0] for v in variables if v["name"] == "x"}
    return run, rows


def main():
    run = None
    for line in sys.stdin:
        request = json.loads(line)
        try:
            if request["do"] == "prepare":
                run = None  # the arrays of the row before
                torch.cuda.empty_cache()
                run, rows = prepare(request)
                reply = {"rows": rows}
            else:
                torch.cuda.synchronize()
                start = time.perf_counter()
                run()
                reply = {"seconds": time.perf_counter() - start}
        except Exception as error:  # noqa: BLE001  (the other side decides what a failure means)
            traceback.print_exc()
            reply = {"error": f"{type(error).__name__}: {error}".splitlines()[0]}
        print(json.dumps(reply), file=REPLIES)


main()
