/**
 * The event contract: one row is one event. The columns below have a meaning; any further column is an attribute.
 * See docs/event-contract.md for the same in words.
 */
export const contractColumns = [
  'event_id',
  'user_id',
  'experiment_id',
  'variant_id',
  'event_type',
  'value',
  'timestamp',
  'attributes',
] as const

export const limits = {
  userIdLength: 256,
  eventTypeLength: 128,
  eventIdLength: 256,
  attributeValueLength: 256,
  attributeNameLength: 64,
  attributes: 50,
  columns: 500,
  /** Beyond it not even whole units can be told apart, and sums of squares may leave the range of a double. */
  largestValue: Number.MAX_SAFE_INTEGER,
  /** A clock that runs ahead by less than this is no reason to lose an event. */
  futureMinutes: 10,
  /** No shop's events are older: what is read as such is a clock that was not set, or a date such as 20260601. */
  earliestTime: '1990-01-01T00:00:00.000Z',
  /** One record of a text file. */
  recordBytes: 1 << 20,
  rows: 4_000_000_000,
  /** Rejected rows kept in the database; the file beside the batch has all of them. */
  rejectionSamples: 1000,
  /** Characters of a value at fault that are shown. */
  shownValueLength: 200,
} as const

/** Why a row was rejected. The texts say what is wrong; the message of a rejection adds the value and the remedy. */
export const rejectionCodes = {
  RAGGED_ROW: 'The row has another number of fields than the header.',
  MALFORMED_QUOTES: 'A quoted field does not end where it should.',
  INVALID_UTF8: 'The row holds bytes that are not UTF-8.',
  NUL_BYTE: 'The row holds a NUL byte.',
  RECORD_TOO_LONG: 'The row is longer than the limit.',
  INVALID_JSON: 'The line is not valid JSON.',
  NOT_AN_OBJECT: 'The JSON value is not an object.',
  NESTED_VALUE: 'A value is a list or an object where a plain value is expected.',
  MISSING_VALUE: 'A required value is missing.',
  TOO_LONG: 'A text is longer than the limit.',
  UNKNOWN_VARIANT: 'The variant does not belong to the experiment.',
  OTHER_EXPERIMENT: 'The row belongs to another experiment.',
  NOT_A_NUMBER: 'The value is not a finite number.',
  OUT_OF_RANGE: 'The number is outside the allowed range.',
  NOT_A_COUNT: 'The value is not a whole number of zero or more.',
  NOT_A_FLAG: 'The value is neither yes nor no.',
  NOT_A_TIMESTAMP: 'The text is not a point in time.',
  FUTURE_TIMESTAMP: 'The point in time lies in the future.',
  EARLY_TIMESTAMP: 'The point in time lies before there were shops to measure.',
} as const

export type RejectionCode = keyof typeof rejectionCodes

/** What to do about bytes that are not UTF-8. */
export const OTHER_ENCODING =
  'Save the file as UTF-8, or name its encoding in the mapping (previewUpload proposes one).'

/** Why a file as a whole was refused. Nothing of it lands. */
export const fileErrorCodes = {
  EMPTY_FILE: 'The file is empty.',
  NO_ROWS: 'The file has a header and no rows.',
  UNKNOWN_FORMAT: 'The file is none of CSV, TSV, Parquet, NDJSON, JSON.',
  ARCHIVE: 'The file is an archive or a spreadsheet.',
  CORRUPT_FILE: 'The file is damaged or ends too early.',
  UNPACKED_TOO_LARGE: 'The file unpacks to more than the limit.',
  TOO_MANY_ROWS: 'The file has more rows than the limit.',
  TOO_MANY_COLUMNS: 'The file has more columns than the limit.',
  TOO_MANY_ATTRIBUTES: 'The mapping keeps more attributes than the limit.',
  DUPLICATE_COLUMN: 'Two columns have the same name.',
  UNREADABLE_COLUMN: 'A column holds lists, objects or bytes where plain values are expected.',
  MISSING_COLUMN: 'A column that the mapping needs is not in the file.',
  INVALID_MAPPING: 'The mapping does not fit the file or the experiment.',
} as const

export type FileErrorCode = keyof typeof fileErrorCodes

/** The file as a whole cannot be taken over: what is wrong, where, and what to do. */
export class FileError extends Error {
  readonly code: FileErrorCode
  readonly column: string | null
  readonly value: string | null

  constructor(code: FileErrorCode, message: string, at: { column?: string; value?: string; cause?: unknown } = {}) {
    super(message, { cause: at.cause })
    this.name = 'FileError'
    this.code = code
    this.column = at.column === undefined ? null : shown(at.column)
    this.value = at.value === undefined ? null : shown(at.value)
  }
}

/** One problem of one row. `row` counts data rows, the first after the header being 1. */
export interface Rejection {
  row: number
  column: string | null
  code: RejectionCode
  value: string | null
  message: string
}

/** The parts of an experiment that checking its events needs. */
export interface ExperimentContext {
  id: string
  key: string
  variants: { id: string; key: string; name: string }[]
  startAt: string | null
  endAt: string | null
  /** Event types whose value some metric of the experiment adds up: such events must have one. */
  summedEventTypes: string[]
}

/** Shortens a value so that it can be shown in a message or kept as a sample. */
export function shown(value: unknown): string {
  const text = typeof value === 'string' ? value : String(value)
  const clean = text.replaceAll('\0', '␀')
  return clean.length > limits.shownValueLength ? `${clean.slice(0, limits.shownValueLength)}…` : clean
}
