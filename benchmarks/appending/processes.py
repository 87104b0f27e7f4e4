"""Several processes that append at the same time, each with several threads."""

import multiprocessing
import threading
from multiprocessing.connection import Connection
from typing import Self

from benchmarks.appending.contenders import CONTENDERS, Contender
from domain.collecting import collect_seldom


class Crowd:
    """Processes that wait for the word, and append as often as it says."""

    def __init__(self, contender: str, place: str, processes: int, threads: int) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._threads = threads
        self._pipes: list[Connection] = []
        self._processes = []
        for _ in range(processes):
            here, there = spawn.Pipe()
            process = spawn.Process(target=_append, args=(contender, place, threads, there), daemon=True)
            process.start()
            here.recv()  # one after the other: the stock library's set-up is not safe when many start at once
            self._pipes.append(here)
            self._processes.append(process)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for pipe in self._pipes:
            pipe.send(0)
        for process in self._processes:
            process.join()

    def run(self, each: int) -> int:
        """Let every thread of every process append some events; how many that were in all."""
        for pipe in self._pipes:
            pipe.send(each)
        return sum(pipe.recv() for pipe in self._pipes)


def _append(contender: str, place: str, threads: int, pipe: Connection) -> None:
    collect_seldom()
    one = CONTENDERS[contender](place)
    pipe.send(0)
    while each := pipe.recv():
        lanes = [threading.Thread(target=_lane, args=(one, lane, each)) for lane in range(threads)]
        for lane in lanes:
            lane.start()
        for lane in lanes:
            lane.join()
        pipe.send(each * threads)
    one.close()


def _lane(one: Contender, lane: int, each: int) -> None:
    for number in range(each):
        one.add(lane, number)
