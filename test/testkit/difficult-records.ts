import { eventRecords, type EventRecord } from './event-records.ts'

/** What is hard to carry through a file: separators, quotes, line ends, spaces, letters beyond ASCII. */
export const DIFFICULT_TEXTS = [
  'plain',
  'Müller & Søn, "best" of 5 €',
  'semi;colon\tand tab | pipe',
  'two\nlines',
  'three\r\nlines\nof text',
  "it's 100 % naïve",
]

/** The same with letters that no alphabet of 256 has. */
export const FAR_TEXTS = [...DIFFICULT_TEXTS, '订单 😀 ж']

/** Events whose users and attribute are hard to carry through a file. */
export function difficultRecords(texts: readonly string[], users = 240): EventRecord[] {
  return eventRecords(users).map((record, index) => ({
    ...record,
    user_id: `${record.user_id} ø ü €`,
    device: record.device === null ? null : texts[index % texts.length]!,
  }))
}

const columns = ['user_id', 'variant_id', 'event_type', 'value', 'timestamp', 'device'] as const

export interface CsvForm {
  separator?: string
  lineEnd?: string
  decimalComma?: boolean
}

/** Delimited text in which every field that is not empty is quoted, the header too. */
export function quotedCsv(
  records: readonly EventRecord[],
  { separator = ',', lineEnd = '\n', decimalComma = false }: CsvForm = {},
): string {
  const field = (value: string | number | null): string => {
    if (value === null) return ''
    const text = typeof value === 'number' && decimalComma ? String(value).replace('.', ',') : String(value)
    return `"${text.replaceAll('"', '""')}"`
  }
  const rows = records.map((record) => columns.map((column) => field(record[column])))
  return [columns.map(field), ...rows].map((row) => row.join(separator) + lineEnd).join('')
}

/** Text by one byte a letter, as older programs of Windows write it. */
export function windows1252(text: string): Buffer {
  return Buffer.from(text.replaceAll('€', '\x80'), 'latin1')
}

/** Bytes in slices, each packed by itself and put one after the other, as parallel packers do. */
export function packedInPieces(text: string, pieceBytes: number, pack: (bytes: Buffer) => Buffer): Buffer {
  const bytes = Buffer.from(text)
  const pieces: Buffer[] = []
  for (let at = 0; at < bytes.length; at += pieceBytes) pieces.push(pack(bytes.subarray(at, at + pieceBytes)))
  return Buffer.concat(pieces)
}
