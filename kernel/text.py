"""Text that a message can carry: JSON is UTF-8, and that has no halves of characters.

In: text of the program's, of a library's or of a front end's, which may hold lone surrogates (an escape, half
a character that JavaScript cut off, bytes of a file name). Out: the same text with their escapes, as the
terminal shows them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Pack = Callable[[Any], bytes]


def well_formed(text: str) -> str:
    """Text without lone surrogates; the very same object where it has none."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
    return text


def all_well_formed(data: Any) -> Any:
    """What JSON can hold, with every text in it (keys too) well formed."""
    match data:
        case str():
            return well_formed(data)
        case dict():
            return {all_well_formed(key): all_well_formed(value) for key, value in data.items()}
        case list() | tuple():
            return [all_well_formed(item) for item in data]
    return data


def safely(pack: Pack) -> Pack:
    """A packer of messages that no text makes fail, or write what is no UTF-8.

    Args:
        pack: makes JSON; jupyter_client's writes some lone surrogates as bytes and raises for the others.
    """

    def pack_safely(message: Any) -> bytes:
        try:
            packed = pack(message)
            if packed.isascii():
                return packed
            packed.decode()
        except UnicodeError:
            return pack(all_well_formed(message))
        return packed

    return pack_safely
