import type { EventRow } from './event-row.ts'
import type { Settings } from './options.ts'
import { ATTRIBUTE_NAMES } from './population.ts'

export const FORMATS = ['csv', 'tsv', 'ndjson', 'json'] as const
export type Format = (typeof FORMATS)[number]

/** Size from which a chunk of text is handed on, in characters. */
const CHUNK_LENGTH = 65_536

/** What stands in the fields that a fault spoils. */
export const SPOILED = {
  variant: 'no-such-variant',
  timestamp: 'yesterday',
  value: 'twelve',
  futureTimestamp: '2099-12-31T23:59:59.999Z',
} as const
const SURPLUS_FIELDS = ['surplus', 'fields']
/** Fields that are left of a row with too few. */
const FIELDS_LEFT = 4

/**
 * The rows as text, in chunks.
 *
 * CSV and TSV have a header line and nothing that needs quotes. In NDJSON and JSON the attributes are nested, a value
 * is a number, and what is empty is null. Ragged rows are arrays of bare fields there, but for too few fields in
 * NDJSON, where the line breaks off.
 */
export function* formatRows(
  rows: Iterable<EventRow>,
  format: Format,
  { experimentId }: Pick<Settings, 'experimentId'>,
): Generator<string, void, undefined> {
  const { head, between, tail, write } = formatOf(format, experimentId)
  let chunk = head
  let first = true
  for (const row of rows) {
    chunk += first ? write(row) : between + write(row)
    first = false
    if (chunk.length < CHUNK_LENGTH) continue
    yield chunk
    chunk = ''
  }
  yield chunk + tail
}

/** Names of the columns of CSV and TSV, in order. */
export function columnsOf({ experimentId }: Pick<Settings, 'experimentId'>): string[] {
  const ids = experimentId === null ? ['event_id', 'user_id'] : ['event_id', 'user_id', 'experiment_id']
  return [...ids, 'variant_id', 'event_type', 'value', 'timestamp', ...ATTRIBUTE_NAMES]
}

interface Writer {
  head: string
  between: string
  tail: string
  write: (row: EventRow) => string
}

function formatOf(format: Format, experimentId: string | null): Writer {
  const timestamp = timestampWriter()
  switch (format) {
    case 'csv':
    case 'tsv': {
      const separator = format === 'csv' ? ',' : '\t'
      const head = columnsOf({ experimentId }).join(separator)
      return { head, between: '', tail: '\n', write: delimited(separator, experimentId, timestamp) }
    }
    case 'ndjson':
      return { head: '', between: '\n', tail: '\n', write: json(experimentId, timestamp, true) }
    case 'json':
      return { head: '[\n', between: ',\n', tail: '\n]\n', write: json(experimentId, timestamp, false) }
  }
}

/** Rows begin with the line break that ends the line before, so that the writer need not know the last row. */
function delimited(separator: string, experimentId: string | null, timestamp: (ms: number) => string) {
  const experiment = experimentId === null ? '' : experimentId + separator
  const noAttributes = separator.repeat(ATTRIBUTE_NAMES.length)
  const s = separator
  return (row: EventRow): string => {
    if (row.fault !== null) return '\n' + spoiledFields(row, experimentId, timestamp).join(separator)
    const { eventId, userId, variant, type, value, timestampMs, attributes: a } = row
    const money = value === null ? '' : value.toFixed(2)
    const start = `\n${eventId}${s}${userId}${s}${experiment}${variant}${s}${type}${s}${money}${s}${timestamp(timestampMs)}`
    if (a === null) return start + noAttributes
    return `${start}${s}${a.device}${s}${a.channel}${s}${a.geo}${s}${a.price_bucket}${s}${a.recency ?? ''}${s}${a.frequency}`
  }
}

function json(experimentId: string | null, timestamp: (ms: number) => string, lines: boolean) {
  // Only names and codes of the generator's own reach the text, so nothing in it needs escaping.
  const experiment = experimentId === null ? '' : `"experiment_id":"${experimentId}",`
  const object = (row: EventRow): string => {
    const fault = row.fault
    const user = fault === 'emptyUser' ? '' : row.userId
    const variant = fault === 'unknownVariant' ? SPOILED.variant : row.variant
    const value = fault === 'notANumber' ? `"${SPOILED.value}"` : fault === 'missingValue' ? null : row.value
    return (
      `{"event_id":"${row.eventId}","user_id":"${user}",${experiment}` +
      `"variant_id":${variant === '' ? null : `"${variant}"`},"event_type":"${row.type}","value":${value},` +
      `"timestamp":"${spoiledTimestamp(row, timestamp)}","attributes":${row.attributes && JSON.stringify(row.attributes)}}`
    )
  }
  return (row: EventRow): string => {
    if (row.fault === 'tooFewFields' && lines) return object(row).slice(0, -40)
    if (row.fault === 'tooManyFields' || row.fault === 'tooFewFields') {
      return JSON.stringify(spoiledFields(row, experimentId, timestamp))
    }
    return object(row)
  }
}

/** The fields of a bad row, in the columns' order. */
function spoiledFields(row: EventRow, experimentId: string | null, timestamp: (ms: number) => string): string[] {
  const { fault, attributes } = row
  const money = row.value === null ? '' : row.value.toFixed(2)
  const fields = [
    row.eventId,
    fault === 'emptyUser' ? '' : row.userId,
    ...(experimentId === null ? [] : [experimentId]),
    fault === 'unknownVariant' ? SPOILED.variant : row.variant,
    row.type,
    fault === 'notANumber' ? SPOILED.value : fault === 'missingValue' ? '' : money,
    spoiledTimestamp(row, timestamp),
    ...ATTRIBUTE_NAMES.map((name) => String(attributes?.[name] ?? '')),
  ]
  if (fault === 'tooManyFields') return [...fields, ...SURPLUS_FIELDS]
  return fault === 'tooFewFields' ? fields.slice(0, FIELDS_LEFT) : fields
}

function spoiledTimestamp({ fault, timestampMs }: EventRow, timestamp: (ms: number) => string): string {
  if (fault === 'notATimestamp') return SPOILED.timestamp
  return fault === 'farFuture' ? SPOILED.futureTimestamp : timestamp(timestampMs)
}

/** ISO-8601 with milliseconds and Z. Neighbouring rows share a minute, so only the seconds are written each time. */
function timestampWriter(): (ms: number) => string {
  const MINUTE_MS = 60_000
  let minute = Number.NaN
  let prefix = ''
  return (ms) => {
    const thisMinute = Math.floor(ms / MINUTE_MS)
    if (thisMinute !== minute) {
      minute = thisMinute
      prefix = new Date(minute * MINUTE_MS).toISOString().slice(0, 'YYYY-MM-DDTHH:MM:'.length)
    }
    const rest = ms - minute * MINUTE_MS
    const seconds = (rest / 1000) | 0
    const milliseconds = rest - seconds * 1000
    return `${prefix}${seconds < 10 ? '0' : ''}${seconds}.${milliseconds < 10 ? '00' : milliseconds < 100 ? '0' : ''}${milliseconds}Z`
  }
}
