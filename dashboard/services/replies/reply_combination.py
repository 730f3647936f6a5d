"""Several replies as one text: greeting and farewell are said once."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.domain.replies import Reply


def combined(replies: Sequence[Reply]) -> str:
    """The bodies one after another; what they begin or end with alike stands only at the beginning or the end."""
    texts = [reply.body.split("\n\n") for reply in replies]
    parts: list[str] = []
    for number, paragraphs in enumerate(texts):
        first, last = number == 0, number == len(texts) - 1
        if not first and paragraphs[0] == texts[0][0]:
            paragraphs = paragraphs[1:]
        if not last and paragraphs and paragraphs[-1] == texts[-1][-1]:
            paragraphs = paragraphs[:-1]
        parts += paragraphs
    return "\n\n".join(parts)
