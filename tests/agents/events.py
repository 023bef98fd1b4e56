"""Events of the tests' own, as far as acks and conveyor look at them."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass
class Message:
    offset: int
    topic: str = "raw"
    partition: int = 0
    generation_id: int | None = 1
    key: bytes | None = None
    value: bytes | None = b"x"


@dataclass(eq=False)
class Event:
    """An event that writes its acks into a log."""

    message: Message
    log: list[Message] = field(default_factory=list)

    def ack(self) -> bool:
        self.log.append(self.message)
        return True
