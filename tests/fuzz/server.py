"""The program as a fork server (fork_server.cpp)."""
import dataclasses
import os
import pathlib
import subprocess

SANITIZERS = {
    "ASAN_OPTIONS": "exitcode=99:detect_leaks=0:detect_odr_violation=0:alloc_dealloc_mismatch=0:"
                    "allocator_may_return_null=1:"
                    "max_allocation_size_mb=2048:quarantine_size_mb=8:handle_abort=1:allow_addr2line=1",
    "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1"}


@dataclasses.dataclass
class Ended:
    """How a run ended."""
    status: int
    kilobytes: int
    milliseconds: int

    @property
    def code(self):
        return os.WEXITSTATUS(self.status) if os.WIFEXITED(self.status) else None

    @property
    def signal(self):
        return os.WTERMSIG(self.status) if os.WIFSIGNALED(self.status) else 0


class ForkServer:
    def __init__(self, program, folder, first, temporary):
        """Runs the command `first` in the folder before all others, in the server itself."""
        pathlib.Path(temporary).mkdir()
        self.temporary = temporary
        environment = {**os.environ, **SANITIZERS, "TMPDIR": temporary, "NO_COLOR": "1"}
        self.process = subprocess.Popen([os.path.abspath(program), self._line(folder, 0, first)], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, text=True, env=environment)
        for line in self.process.stdout:
            if line == "ready\n":
                return
        raise RuntimeError("the fork server did not start")

    @staticmethod
    def _line(folder, seconds, words):
        """In one thread: another one of the server's would not be there in its children, which would wait for it."""
        in_one_thread = () if words[0] == "init" else ("--threads", "1")
        return "\t".join((str(folder), str(seconds), *words, *in_one_thread))

    def run(self, folder, seconds, words):
        self.process.stdin.write(self._line(folder, seconds, words) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline().split()
        if len(answer) != 3:
            raise RuntimeError("the fork server has died")
        return Ended(*map(int, answer))

    def must(self, folder, words):
        ended = self.run(folder, 300, words)
        if ended.status != 0:
            raise RuntimeError(f"{' '.join(words)}: {ended}\n{(pathlib.Path(folder) / 'stderr').read_text()}")
