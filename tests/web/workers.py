"""A Session in a worker of a page, as tests ask it.

In: a page of the browser, at an address that has the web's files. Out: events, answers.
"""

from __future__ import annotations

from typing import Any

BEGIN = """async () => {
  const { Client } = await import("./repl/web/client.mjs");
  window.stray = [];
  window.steps = [];
  window.client = new Client({ stray: (event) => stray.push(event) });
  window.run = async (text, options) => {
    const events = [];
    await client.eval(text, options, (event) => events.push(event));
    return events;
  };
  return client.start((progress) => steps.push(progress));
}"""


class Worker:
    """The Session of a page."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.began = page.evaluate(BEGIN)

    def run(self, text: str, **options: Any) -> list[dict[str, Any]]:
        """The events of a text."""
        events: list[dict[str, Any]] = self.page.evaluate(
            "([text, options]) => run(text, options)", [text, options]
        )
        return events

    def ask(self, op: str, **fields: Any) -> Any:
        return self.page.evaluate("([op, fields]) => client.ask(op, fields)", [op, fields])


def values(events: list[dict[str, Any]]) -> list[str]:
    return [event["data"]["text/plain"] for event in events if event["op"] == "value" and not event["quiet"]]


def printed(events: list[dict[str, Any]], stream: str = "stdout") -> str:
    return "".join(event["text"] for event in events if event["op"] == "output" and event["stream"] == stream)
