import Table from 'cli-table3'

/** Of a table, its lines: there are none. */
const LINES = [
  'top',
  'top-mid',
  'top-left',
  'top-right',
  'bottom',
  'bottom-mid',
  'bottom-left',
  'bottom-right',
  'left',
  'left-mid',
  'mid',
  'mid-mid',
  'right',
  'right-mid',
  'middle',
]

/** Columns of text, the first one to the left and the others to the right. Missing cells at a row's end are empty. */
export function textTable(head: string[], rows: string[][]): string {
  const table = new Table({
    head,
    colAligns: head.map((_, column) => (column === 0 ? 'left' : 'right')),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 2 },
    chars: Object.fromEntries(LINES.map((name) => [name, ''])),
  })
  for (const row of rows) table.push([...row, ...new Array<string>(head.length - row.length).fill('')])
  return table
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')
}
