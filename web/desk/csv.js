// @ts-check
// A table as CSV (RFC 4180), in UTF-8 with a byte order mark, which spreadsheets need to read other scripts; separated as the file
// was that came in, because the spreadsheet that wrote it with semicolons reads it with semicolons.

/** @param {string} cell @param {string} separator */
const quoted = (cell, separator) => (/["\r\n]/.test(cell) || cell.includes(separator) || cell !== cell.trim() ? `"${cell.replace(/"/g, '""')}"` : cell);

/** Letters of a file in which its first line ends, or has shown its separator. */
const START = 65_536;

/** What separates the cells of a file, found as the server finds it: of comma, semicolon and tab the one that the first line has most. @param {Blob} file */
export async function separatorOf(file) {
  const [head] = (await file.slice(0, START).text()).split(/[\r\n]/);
  const count = (/** @type {string} */ separator) => head.split(separator).length;
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best));
}

/** @param {{columns: string[], rows: string[][]}} table @param {string} [separator] */
export function csv(table, separator = ',') {
  const lines = [table.columns, ...table.rows].map((row) => row.map((cell) => quoted(cell ?? '', separator)).join(separator));
  return `\ufeff${lines.join('\r\n')}\r\n`;
}

/** Rows as the server takes them: cells by column. @param {{columns: string[], rows: string[][]}} table */
export function asRows(table) {
  return table.rows.map((row) => Object.fromEntries(table.columns.map((column, at) => [column, row[at] ?? '']).filter(([column, cell]) => column && cell !== '')));
}
