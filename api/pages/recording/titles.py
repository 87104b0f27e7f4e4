"""The title that an agreement would have: who works with whom."""

from collections.abc import Mapping

from api.pages.partners import short
from api.pages.recording.reading import places

DASH = " – "


def suggested(form: Mapping[str, str]) -> str:
    """A title made from the parties of a form; empty unless there are two. What they are is said if it tells
    them apart.
    """
    names = [form.get(f"parties.{place}.name", "").strip() for place in places(form, "parties")]
    names = [name for name in names if name]
    brief = [short(name) for name in names]
    return DASH.join(brief if len(set(brief)) == len(brief) else names) if len(names) > 1 else ""
