"""Folders that cannot be written, disks that fill up, and Ctrl-C."""
import pathlib
import shutil
import subprocess

from harness import INTERRUPTED, MACHINE, OUT, Case, limit_file_size, obey_permissions

ALL = ("where", "got", "do")
# More than any machine gets through before it is interrupted.
ENDLESS = "random:1x28x28,samples=100000000"


def cases(shop):
    return [*folders(shop), *disks(shop), *interrupts(shop)]


def folders(shop):
    shop.write("in_the_way", "x")
    locked = shop.path("locked")
    locked.mkdir()
    locked.chmod(0o555)

    def both(name, output, *says, **more):
        ptq = ["ptq", shop.model, "--data", shop.data, "-o", output]
        train = ["train", "zoo:lenet", "--data", shop.data, "-o", output, "--epochs", "1", "--validation", "0"]
        return [Case(f"{command[0]}: {name}", command, MACHINE, (output, *says), ALL, **more)
                for command in (ptq, train)]

    return [
        *both("a file in the output folder's place", shop.path("in_the_way"), "folder"),
        *both("a file above the output folder", shop.path("in_the_way") / "below", "folder"),
        *both("an output folder under /proc", pathlib.Path("/proc/qtool/out"), "folder"),
        *both("no permission to write", locked, "denied", prepare=obey_permissions),
        *both("no permission to make the folder", locked / "below", "denied", prepare=obey_permissions),
    ]


def disks(shop):
    full = [Case(f"{command[0]}: no file may be larger than {size} bytes", command, MACHINE, ("ulimit -f",), ALL,
                 prepare=limit_file_size(size), needs_empty_output=False)
            for command in (shop.ptq(), shop.train()) for size in (0, 1000, 50_000)]
    return full + full_disk(shop) + [
        Case("inspect: stdout is a full disk", ["inspect", shop.model], MACHINE, (), ("got", "do"), stdout="/dev/full"),
        Case("ptq: stdout is a full disk", shop.ptq(), MACHINE, (), ("got", "do"), stdout="/dev/full",
             needs_empty_output=False),
    ]


def full_disk(shop):
    """A file system of 64 kB, in a mount namespace that ends with the command."""
    if not shutil.which("unshare") or subprocess.run(
            ["unshare", "-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], capture_output=True,
            check=False).returncode != 0:
        return []
    script = ('out="$1"; shift; mkdir "$out"; mount -t tmpfs -o size=64k tmpfs "$out" || exit 99; "$@"; code=$?; '
              'find "$out" -name "*.tmp*"; exit $code')  # what find prints is on stdout, which must be empty
    return [Case(f"{command[0]}: a full disk", command, MACHINE, ("No space left",), ALL,
                 under=("unshare", "-rm", "sh", "-c", script, "sh", OUT))
            for command in (shop.ptq(), shop.train(), shop.qat())]


def interrupts(shop):
    def there(name):
        return lambda out: (out / name).exists()

    fifty = ("--calib-samples", "50000000")
    return [
        Case("ptq: interrupted while it calibrates", shop.ptq(*fifty, data=ENDLESS), INTERRUPTED, ("interrupted",),
             ("do",),
             interrupt_at=lambda out: out.exists()),
        Case("ptq: interrupted while it verifies", shop.ptq("--calib-samples", "64", data=ENDLESS), INTERRUPTED,
             ("interrupted",), ("do",), interrupt_at=lambda out: any(out.glob("*/model.int8.pt"))),
        Case("train: interrupted", shop.train(epochs=1_000_000), INTERRUPTED, ("interrupted",), ("do",),
             interrupt_at=there("checkpoints"), needs_empty_output=False),
        Case("qat: interrupted while it trains", shop.qat(epochs=1_000_000), INTERRUPTED, ("interrupted",), ("do",),
             interrupt_at=there("checkpoints"), needs_empty_output=False),
        Case("eval: interrupted", shop.evaluate("--against", shop.model, data=ENDLESS), INTERRUPTED, ("interrupted",),
             ("do",),
             interrupt_at=lambda out: True),
        Case("bench: interrupted", ["bench", shop.model, "--shape", "1x28x28", "--rounds", "1000000"], INTERRUPTED,
             ("interrupted",), ("do",), interrupt_at=lambda out: True),
    ]
