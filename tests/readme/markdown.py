"""What a Markdown file holds: fenced blocks, inline code, links and rows of tables."""
import dataclasses
import re
import textwrap


@dataclasses.dataclass(frozen=True)
class Block:
    """A fenced block; `line` is that of its fence, `section` the last heading above it."""
    language: str
    text: str
    line: int
    section: str


def blocks(text):
    found, section, begin, language = [], "", None, ""
    lines = text.splitlines()
    for number, line in enumerate(lines, 1):
        fence = re.match(r"\s*```\s*(\S*)\s*$", line)
        if fence and begin is None:
            begin, language = number, fence[1]
        elif fence:
            found.append(Block(language, textwrap.dedent("\n".join(lines[begin:number - 1])) + "\n", begin, section))
            begin = None
        elif begin is None and (heading := re.match(r"#+ (.*)", line)):
            section = heading[1]
    if begin is not None:
        raise ValueError(f"line {begin}: this block is not closed")
    return found


def prose(text):
    """The text outside of fenced blocks."""
    return re.sub(r"^\s*```.*?^\s*```\s*$", "", text, flags=re.M | re.S)


def anchors(text):
    """What a link to a heading has behind its `#`."""
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-")
            for heading in re.findall(r"^#+ (.*)", prose(text), flags=re.M)}


def inline_code(text):
    return re.findall(r"`([^`\n]+(?:\n[^`\n]+)?)`", prose(text))


def links(text):
    """Targets within the repository, of links and images."""
    return [target for target in re.findall(r"\]\(([^)\s]+)\)", prose(text)) if "://" not in target]


def table(text, first_heading):
    """The rows of the table whose first column has this heading, as lists of cells."""
    match = re.search(rf"^\| *{re.escape(first_heading)} *\|.*\n\|[-|: ]+\|\n((?:\|.*\n)+)", text, re.M)
    if not match:
        raise ValueError(f"there is no table whose first column is '{first_heading}'")
    return [[cell.strip() for cell in row.strip("| ").split("|")] for row in match[1].splitlines()]
