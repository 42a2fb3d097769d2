from __future__ import annotations


class Accumulator:
    def __init__(self) -> None:
        self.text = ""

    def add(self, piece: str | None) -> None:
        if piece is not None:
            self.text += piece
