"""What the runners have in common: how inputs come and outputs go, as qtool's --runner wants it.

    --runner 'python3 RUNNER.py {model} {inputs} {outputs}'

The file of inputs is an npz file with one array for each input of the model, under its name. That of outputs gets
output_0, output_1, ..., and for qtool bench, with {runs} behind {outputs}, latency_ms: that of so many more runs.
"""
import sys
import timeit

import numpy


def read(path, names):
    given = numpy.load(path)
    missing = [name for name in names if name not in given]
    if missing:
        sys.exit(f"{sys.argv[0]}: no array for {', '.join(missing)} in {path}, which has {', '.join(given)}")
    return [given[name] for name in names]


def write(path, run, runs=0):
    """`run` returns the outputs as arrays. The first run may compile, and is not timed."""
    made = {f"output_{i}": numpy.array(output) for i, output in enumerate(run())}
    if int(runs):
        made["latency_ms"] = [1000 * seconds for seconds in timeit.repeat(run, number=1, repeat=int(runs))]
    numpy.savez(path, **made)


def call(main, usage):
    if len(sys.argv) not in (4, 5):
        sys.exit(usage + __doc__[__doc__.index("\n"):])
    main(*sys.argv[1:])
