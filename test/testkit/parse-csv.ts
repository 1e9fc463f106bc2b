/** The records of a CSV text with a header, by column; empty fields are empty texts. Follows RFC 4180 and no further. */
export function parseCsv(text: string): Record<string, string>[] {
  const records: string[][] = []
  let record: string[] = []
  for (const [, quoted, plain, end] of text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain ?? '')
    if (end === ',') continue
    records.push(record)
    record = []
  }
  // After the last line's end the expression finds one more empty record.
  const [header = [], ...rows] = records.filter((fields) => fields.length > 1 || fields[0] !== '')
  return rows.map((fields) => Object.fromEntries(header.map((name, index) => [name, fields[index] ?? ''])))
}
