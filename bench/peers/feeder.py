"""Puts prepared messages onto a topic as fast as a client in C can, once it is told to."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec
from confluent_kafka import Producer

Prepared = tuple[int, bytes, bytes]
"""Partition, key, value."""


def main(brokers: str, topic: str, file: str) -> None:
    """Say that it is ready, wait for a line, send, and say when it began, in seconds since 1970."""
    messages = msgspec.msgpack.decode(Path(file).read_bytes(), type=list[Prepared])
    # The codec that Newswire's own feeder has.
    producer = Producer(
        {"bootstrap.servers": brokers, "compression.type": "gzip", "linger.ms": 20, "acks": "all"}
    )
    producer.list_topics(topic)
    print("ready", flush=True)
    sys.stdin.readline()
    began = time.time()
    for partition, key, value in messages:
        while True:
            try:
                producer.produce(topic, value, key, partition)
            except BufferError:
                producer.poll(0.01)
            else:
                break
    left = producer.flush()
    if left:
        raise SystemExit(f"{left} messages were not taken")
    print(began, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
