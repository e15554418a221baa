"""Forms that run as they arrive, and with `--json` requests.

In: a descriptor, a session. Out: what `run_events` shows. A form runs when its last character is there, so a
slow producer sees results before it ends, and what has run is dropped, so memory stays flat. With
--keep-going what cannot be read costs the rest of its line, and what had begun before it.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import AsyncIterator

from polyrepl.lisp.errors import LispError
from polyrepl.lisp.forms import Source
from polyrepl.lisp.read.reader import Reader

from ..session.events import Event, Problem
from ..session.session import Session
from .chunks import CHUNK, Chunks
from .complaints import bad_encoding
from .reporting import Ended, Reporter, run_events, show

# What the decoder makes of bytes that are not UTF-8.
_BYTE = re.compile("[\udc80-\udcff]")
_LONGEST_LINE = 10_000  # characters of a line that are kept for the columns of what follows


async def run_pipe(session: Session, fd: int, name: str = "<pipe>", *, reporter: Reporter) -> None:
    """Read forms from file descriptor `fd` and run each as soon as it is whole."""
    decoder = codecs.getincrementaldecoder("utf-8")("surrogateescape")
    text, done, first_line, tried = "", 0, 1, 0
    skips = False  # the rest of a line that cannot be read
    arriving = Chunks(fd)
    session.bridge.on_reset.append(lambda reason: arriving.tell())
    async for data in arriving.arrive():
        if data is None:  # Node has ended, and nothing more need ever come
            event = session.ended.between(only_exit=reporter.lines is None)
            if event is not None:
                await run_events(_one(event), reporter, values=False)
            continue
        text += decoder.decode(data, final=not data)
        # A huge unfinished form is tried again only when it has doubled, unless the producer paused.
        if data and len(data) == CHUNK and len(text) < 2 * tried:
            continue
        while True:
            if skips:
                end = text.find("\n", done)
                skips, done = end < 0, end if end >= 0 else len(text)
            bad = _BYTE.search(text, done)
            readable = text if bad is None else text[: bad.start()]
            ready = _Ready(session, Source(name, readable, first_line=first_line), done, reporter)
            wrong = await ready.run(ended=not data and bad is None)
            request = None
            if wrong is None and bad is not None:
                if reporter.lines is not None:
                    from .json_lines import begun_at

                    request = begun_at(readable, ready.done)
                ready.done = bad.end()
                row = first_line + readable.count("\n")
                said = bad_encoding(name, row, ord(bad[0]) - 0xDC00)
                wrong = Problem("error", "UnicodeDecodeError", said, said)
            # What is left of a line knows its column.
            line = text.rfind("\n", 0, ready.done) + 1
            cut = line if ready.done - line <= _LONGEST_LINE else ready.done
            first_line += text.count("\n", 0, cut)
            text, done = text[cut:], ready.done - cut
            if wrong is None:
                break
            show(wrong, reporter)
            reporter.end(wrong, request)
            if not reporter.keep_going:
                raise Ended(1)
            reporter.failed = skips = True
        tried = len(text)


class _Ready:
    """What has arrived of a text, and how many characters of it are done with."""

    def __init__(self, session: Session, source: Source, done: int, reporter: Reporter) -> None:
        self._session = session
        self._source = source
        self._reporter = reporter
        self.done = done

    async def run(self, *, ended: bool) -> Problem | None:
        """Run every whole form and request. Returns why what follows cannot be read; None: it may be yet."""
        source, reporter = self._source, self._reporter
        reader = Reader(source, self.done)
        while True:
            if reporter.lines is not None:
                asked = await self._request(ended)
                if asked is None:
                    return None
                if asked:
                    reader = Reader(source, self.done)
                    continue
            try:
                form = reader.read()
            except LispError as error:
                # A token that touches the end may be whole once the next chunk is there.
                cut = error.span is not None and error.span.end == len(source.text)
                if not ended and (error.incomplete or cut):
                    return None
                at = len(source.text) if error.span is None or error.incomplete else error.span.start + 1
                self.done = max(self.done, at)
                return self._session.trace.compile_problem(error)
            if form is None:
                if ended:
                    self.done = len(source.text)
                return None
            if not ended and reader.position == len(source.text) and source.text[-1] not in ')]}"':
                return None  # an atom at the very end may go on in the next chunk
            self.done = reader.position
            await run_events(self._session.eval_form(form), reporter, one_form=True)

    async def _request(self, ended: bool) -> bool | None:
        """Run the request that comes next. False: there is none; None: it is not whole yet."""
        from .json_lines import Request, request_at

        request = request_at(self._source.text, self.done, ended)
        if not isinstance(request, Request):
            return None if request else False
        if not request.is_json and self._is_lisp(request.end):
            return False
        self.done = request.end
        if request.code is None:
            events = _one(Problem("error", "RequestError", request.wrong, request.wrong))
        else:
            events = self._session.eval(request.code, request.name)
        await run_events(events, self._reporter, request=request)
        return True

    def _is_lisp(self, end: int) -> bool:
        """Is a form of the Lisp what the line holds that comes next?"""
        try:
            return Reader(Source("", self._source.text[self.done : end])).read() is not None
        except LispError:
            return False


async def _one(event: Event) -> AsyncIterator[Event]:
    yield event
