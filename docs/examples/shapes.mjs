/** The squares of some numbers: an iterable in, an Array out. */
export const squares = (sides) => Array.from(sides, (side) => side * side);
