// @ts-check
// A table as CSV (RFC 4180), in UTF-8 with a byte order mark, which spreadsheets need to read other scripts.

/** @param {string} cell */
const quoted = (cell) => (/[",\r\n]/.test(cell) || cell !== cell.trim() ? `"${cell.replace(/"/g, '""')}"` : cell);

/** @param {{columns: string[], rows: string[][]}} table */
export function csv(table) {
  const lines = [table.columns, ...table.rows].map((row) => row.map((cell) => quoted(cell ?? '')).join(','));
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

/** Rows as the server takes them: cells by column. @param {{columns: string[], rows: string[][]}} table */
export function asRows(table) {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, at) => [column, row[at] ?? '']).filter(([column, cell]) => column && cell !== '')));
}
