"""What `qtool --help` and `qtool COMMAND --help` say, as tables."""
import re
import subprocess


def text_of(program, *words):
    return subprocess.run([program, *words, "--help"], capture_output=True, text=True, check=True).stdout


class ProgramHelp:
    """`flags`: command -> flag -> default ("" where none is stated)."""

    def __init__(self, program):
        overview = text_of(program)
        listed = overview.split("subcommands:\n")[1].split("\n\n")[0]
        self.overview = overview
        self.commands = re.findall(r"^  (\S+)", listed, re.M)
        self.flags = {command: self._flags(text_of(program, command)) for command in self.commands}
        self.anywhere = {flag for flags in self.flags.values() for flag in flags} | {"--version", "--help"}

    @staticmethod
    def _flags(text):
        flags = {"--help": ""}
        rows = text.split("\nexample:")[0].replace("\n" + " " * 32,
                                                   " " * 32)  # a long flag has its help on the next line
        for letter, negated, name, rest in re.findall(r"^  (?:(-\w), )?--(\[no-\])?([\w-]+)(.*)", rows, re.M):
            default = re.search(r"\[([^][]*)\]$", rest)
            flags["--" + name] = default[1] if default else ""
            if letter:
                flags[letter] = flags["--" + name]
            if negated:
                flags["--no-" + name] = ""
        return flags
