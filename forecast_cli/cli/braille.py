"""Lines of dots -> characters: two dots beside and four above each other make one."""

import math

_FIRST = 0x2800
# The bit of each dot in a character, by row and column.
_BITS = ((0x01, 0x08), (0x02, 0x10), (0x04, 0x20), (0x40, 0x80))


class Canvas:
    """A grid of characters to draw on; what is drawn later covers what was there."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self.styles = [[""] * width for _ in range(height)]
        self._bits = [[0] * width for _ in range(height)]
        self._shades = [[""] * width for _ in range(height)]

    @property
    def dots(self) -> tuple[int, int]:
        """How many dots lie beside and above each other."""
        return 2 * self.width, 4 * self.height

    def line(self, start: tuple[float, float], end: tuple[float, float], style: str) -> None:
        """A line between two points, in dots from the upper left corner."""
        (x0, y0), (x1, y1) = start, end
        steps = max(1, math.ceil(max(abs(x1 - x0), abs(y1 - y0))))
        for step in range(steps + 1):
            share = step / steps
            self._dot(round(x0 + share * (x1 - x0)), round(y0 + share * (y1 - y0)), style)

    def shade(self, column: int, top: float, bottom: float, shading: tuple[str, str]) -> None:
        """Fill a column of characters between two heights in dots, with a character and a style."""
        character, style = shading
        for row in range(max(0, math.floor(top / 4)), min(self.height - 1, int(bottom // 4)) + 1):
            self._shades[row][column] = character
            if not self._bits[row][column]:
                self.styles[row][column] = style

    def character(self, row: int, column: int) -> str:
        """What stands at a place."""
        bits = self._bits[row][column]
        return chr(_FIRST + bits) if bits else self._shades[row][column] or " "

    def _dot(self, x: int, y: int, style: str) -> None:
        row, column = y // 4, x // 2
        if 0 <= row < self.height and 0 <= column < self.width:
            if self.styles[row][column] != style:
                # One character has one colour: dots of another line would take it as theirs.
                self._bits[row][column] = 0
                self.styles[row][column] = style
            self._bits[row][column] |= _BITS[y % 4][x % 2]
