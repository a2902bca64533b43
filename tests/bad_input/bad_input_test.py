#!/usr/bin/env python3
"""bad_input_test.py QTOOL [--networks] [PART OF A NAME]: runs the program on bad input of all kinds (cases_*.py); exit
1 where one message, exit code or left-over file is not as it must be (harness.py says what that is). --networks: only
what LibTorch itself reads, runs or trains."""
import concurrent.futures
import os
import pathlib
import stat
import sys
import tempfile

sys.dont_write_bytecode = True

import cases_arrays  # noqa: E402
import cases_batch  # noqa: E402
import cases_config  # noqa: E402
import cases_flags  # noqa: E402
import cases_images  # noqa: E402
import cases_machine  # noqa: E402
import cases_model  # noqa: E402
import cases_network  # noqa: E402
import cases_onnx  # noqa: E402
import cases_own  # noqa: E402
import cases_qat  # noqa: E402
import cases_samples  # noqa: E402
import cases_spec  # noqa: E402
from harness import Unmet, check  # noqa: E402
from workshop import Workshop  # noqa: E402

NETWORKS = (cases_model, cases_network, cases_qat, cases_own)
MODULES = (*NETWORKS, cases_onnx, cases_spec, cases_images, cases_arrays, cases_samples, cases_flags, cases_config,
           cases_batch, cases_machine)


def outcome(case, program, out):
    """Empty where all is well."""
    try:
        check(case, program, out)
    except Unmet as unmet:
        return f"{case.name}\n    {unmet}    command: {' '.join(map(str, case.command))}\n"
    return ""


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    words = [word for word in sys.argv[2:] if word != "--networks"]
    modules = NETWORKS if "--networks" in sys.argv else MODULES
    part = words[0] if words else ""
    with tempfile.TemporaryDirectory(prefix="qtool_bad_input_") as folder:
        shop = Workshop(program, folder)
        cases = [case for module in modules for case in module.cases(shop) if part in case.name]
        outputs = [pathlib.Path(folder) / "out" / str(i) for i in range(len(cases))]
        outputs[0].parent.mkdir()
        with concurrent.futures.ThreadPoolExecutor(max_workers=min(4, os.cpu_count() or 1)) as pool:
            failures = [text for text in pool.map(outcome, cases, [program] * len(cases), outputs) if text]
        for path in pathlib.Path(folder).rglob("*"):
            path.chmod(path.stat().st_mode | stat.S_IRWXU)  # else the folder cannot be removed
    for text in failures:
        print(f"FAILED {text}")
    print(f"{len(cases) - len(failures)} of {len(cases)} cases of bad input are as they must be")
    return 1 if failures or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
