// @ts-check
// A picture like that of a symbol, to be read once before the first paper comes: browsers compile the core's functions when they
// are called first, and that takes longer than reading does.

const [WIDTH, HEIGHT, MODULE, SIDE] = [640, 480, 8, 37];
const [PAPER, INK] = [230, 30];

/** @param {number} x @param {number} y Module of a finder pattern (ISO/IEC 18004 §6.3.3), from its corner; null beyond it. */
function finder(x, y) {
  if (x < -1 || y < -1 || x > 7 || y > 7) return null;
  const ring = Math.max(Math.abs(x - 3), Math.abs(y - 3));
  return ring !== 2 && ring !== 4;
}

/** @returns {{width: number, height: number, format: string, pixels: Uint8Array}} */
export function likeSymbol() {
  const pixels = new Uint8Array(WIDTH * HEIGHT).fill(PAPER);
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const dark = finder(column, row) ?? finder(column - SIDE + 7, row) ?? finder(column, row - SIDE + 7)
        ?? (row === 6 || column === 6 ? (row + column) % 2 === 0 : (row * 7 + column * 13 + ((row * column) % 5)) % 3 === 0);
      if (!dark) continue;
      for (let y = 0; y < MODULE; y += 1) {
        const start = (80 + row * MODULE + y) * WIDTH + 160 + column * MODULE;
        pixels.fill(INK, start, start + MODULE);
      }
    }
  }
  return { width: WIDTH, height: HEIGHT, format: 'grey', pixels };
}
