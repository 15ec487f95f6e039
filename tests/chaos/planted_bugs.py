"""The planted bugs of planted/planted.toml, and how one is put into the sources."""

import pathlib
import tomllib

PLANTED = pathlib.Path(__file__).resolve().parent / "planted" / "planted.toml"


class CannotPlant(Exception):
    pass


def load():
    return tomllib.loads(PLANTED.read_text())["planted"]


def edited(planted, root):
    """What each file that the bug touches becomes: its path below `root` and its new text."""
    texts = {}
    for edit in planted["edits"]:
        path = pathlib.Path(root) / edit["file"]
        if not path.exists():
            raise CannotPlant(f"there is no {edit['file']}")
        text = texts.get(path) or path.read_text()
        found = text.count(edit["old"])
        if found != 1:
            raise CannotPlant(f"{edit['file']} has this text {found} times, not once:\n{edit['old']}")
        texts[path] = text.replace(edit["old"], edit["new"])
    return texts
