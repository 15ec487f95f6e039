"""Every relative link of the documents leads to a file that exists, and to a heading in it."""

import pathlib
import re
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]


def documents():
    return [path for pattern in ("*.md", "docs/*.md", "tests/**/*.md", "daemon/**/*.md") for path in SOURCE.glob(pattern)
            if "node_modules" not in path.parts]


def prose(path):
    """The lines outside of code blocks."""
    fenced = False
    for line in path.read_text().splitlines():
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            yield line


def anchor(heading):
    """As GitHub makes it."""
    heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading.strip())
    return re.sub(r"[^\w \-]", "", heading.lower()).replace(" ", "-")


def anchors(path):
    return {anchor(match[1]) for line in prose(path) if (match := re.match(r"#+ (.*)", line))}


class LinksTest(unittest.TestCase):
    def test_they_lead_somewhere(self):
        wrong = []
        for document in documents():
            for target in re.findall(r"\]\(([^)\s]+)\)", "\n".join(prose(document))):
                if re.match(r"[a-z]+:", target):
                    continue
                name, _, heading = target.partition("#")
                path = (document.parent / name) if name else document
                if not path.exists() or heading and path.suffix == ".md" and heading not in anchors(path):
                    wrong.append(f"{document.relative_to(SOURCE)}: {target}")
        self.assertEqual(wrong, [])


if __name__ == "__main__":
    unittest.main()
