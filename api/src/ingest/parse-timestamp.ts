import pl, { type Expr } from 'nodejs-polars'
import { column, stack, type Frame } from '../engine/polars/frame.ts'
import { epochOfLocalTime } from './local-time.ts'
import { ROW } from './raw-chunk.ts'
import { parseExactly } from './parse-exactly.ts'

export interface TimestampFormat {
  /** In strftime's letters; null reads ISO 8601 and epoch seconds or milliseconds. */
  format: string | null
  /** Zone of texts that name none; null refuses them. */
  timezone: string | null
}

/** Microseconds since 1970, UTC, in a column of 64-bit integers; null where the text is no point in time. */
export const TIME = ' time'

/**
 * Adds the column TIME to a frame. Rows with numbers stay in order; others may come back in another one.
 *
 * The form that most rows have is tried on all of them, and the other forms only on the rows that it did not fit.
 */
export function parseTimestamps(frame: Frame, name: string, { format, timezone }: TimestampFormat): Frame {
  // Of nothing there are no pieces to put together again.
  if (frame.height === 0) return frame.withColumn(pl.lit(null).cast(pl.Int64).alias(TIME)) as Frame
  const text = pl.col(name)
  const dtype = frame.getColumn(name).dtype.variant
  if (dtype === 'Datetime' || dtype === 'Date') {
    const micros = text.cast(pl.Datetime('us')).cast(pl.Int64)
    return withLocalTimes(
      frame.withColumn(micros.alias(TIME)) as Frame,
      dtype === 'Datetime' ? timezone : (timezone ?? 'UTC'),
    )
  }
  if (dtype !== 'String') return frame.withColumn(epochMicros(text.cast(pl.Float64)).alias(TIME)) as Frame

  const readers = format === null ? standardReaders(frame, name, timezone !== null) : [formattedReader(text, format)]
  const done: Frame[] = []
  let rest = frame
  for (const reader of readers) {
    if (rest.height === 0) break
    const micros =
      reader.pattern === null
        ? reader.micros
        : pl.when(text.str.contains(reader.pattern)).then(reader.micros).otherwise(pl.lit(null))
    const read = rest.withColumn(micros.cast(pl.Int64).alias(TIME)) as Frame
    const missing = read.getColumn(TIME).nullCount()
    const found = missing === 0 ? read : (read.filter(pl.col(TIME).isNotNull()) as Frame)
    done.push(reader.isLocal ? withLocalTimes(found, timezone) : found)
    rest = missing === 0 ? (read.slice(0, 0) as Frame) : (read.filter(pl.col(TIME).isNull()) as Frame)
  }
  if (rest.height > 0) done.push(rest)
  if (done.length === 1) return done[0]!
  // Of two events with one id it is the order that says which came first.
  return frame.columns.includes(ROW) ? stack(done).sort(ROW) : stack(done)
}

interface Reader {
  /**
   * What a text must look like as a whole: Polars finds a format anywhere in a text. Null for formats that are matched
   * exactly.
   */
  pattern: string | null
  micros: Expr
  /** The text names no zone. */
  isLocal: boolean
}

function standardReaders(frame: Frame, name: string, allowsLocal: boolean): Reader[] {
  const text = pl.col(name)
  const zoned: Reader[] = [
    { pattern: `^${DATE}[Tt]${CLOCK}(${ZONE})$`, micros: parse(text, '%+'), isLocal: false },
    {
      pattern: `^${DATE} ${CLOCK} ?(${ZONE})$`,
      micros: parse(text.str.replace(' ', 'T', true).str.replace(' ', '', true), '%+'),
      isLocal: false,
    },
    {
      pattern: `^${DATE}[Tt ]\\d\\d:\\d\\d(${ZONE})$`,
      micros: parse(text.str.replace(' ', 'T', true).str.replace('(T\\d\\d:\\d\\d)', '$1:00'), '%+'),
      isLocal: false,
    },
    { pattern: '^-?\\d{1,17}(\\.\\d{1,9})?$', micros: epochMicros(text.cast(pl.Float64, false)), isLocal: false },
  ]
  const exact = exactReader(frame, name, allowsLocal)
  if (!allowsLocal) return [...exact, ...zoned]
  const local = text.str.replace('T', ' ', true)
  return [
    ...exact,
    ...zoned.slice(0, 2),
    { pattern: `^${DATE}[Tt ]${CLOCK}$`, micros: parse(local, '%Y-%m-%d %H:%M:%S%.f'), isLocal: true },
    { pattern: `^${DATE}[Tt ]\\d\\d:\\d\\d$`, micros: parse(local, '%Y-%m-%d %H:%M'), isLocal: true },
    { pattern: `^${DATE}$`, micros: parse(text, '%Y-%m-%d'), isLocal: true },
    ...zoned.slice(2),
  ]
}

/** Forms of one length, which Polars reads five times as fast as others. */
const EXACT_FORMATS = ['%Y-%m-%dT%H:%M:%S.%3fZ', '%Y-%m-%dT%H:%M:%SZ', '%Y-%m-%dT%H:%M:%S.%6fZ']
const EXACT_LOCAL_FORMATS = ['%Y-%m-%d %H:%M:%S', '%Y-%m-%d %H:%M:%S.%6f', '%Y-%m-%dT%H:%M:%S']

/** A reader for the form of the first texts, if it is one that can be read fast. */
function exactReader(frame: Frame, name: string, allowsLocal: boolean): Reader[] {
  const head = frame.select(name).head(50).dropNulls() as Frame
  const formats = [...EXACT_FORMATS, ...(allowsLocal ? EXACT_LOCAL_FORMATS : [])]
  const format = formats.find((one) => {
    const read = head.select(parseExactly(name, one)).getColumn(name)
    return head.height > 0 && read.nullCount() < head.height / 2
  })
  if (format === undefined) return []
  return [{ pattern: null, micros: parseExactly(name, format), isLocal: EXACT_LOCAL_FORMATS.includes(format) }]
}

const DATE = '\\d{4}-\\d\\d-\\d\\d'
const CLOCK = '\\d\\d:\\d\\d:\\d\\d(\\.\\d{1,9})?'
const ZONE = 'Z|z|[+-]\\d\\d:?\\d\\d'

function formattedReader(text: Expr, format: string): Reader {
  // A zone in the format makes the time absolute; %s is seconds since 1970.
  const isLocal = !/%[:#]*z|%\+|%s/.test(format)
  return { pattern: patternOf(format), micros: parse(text, format), isLocal }
}

/** What a text written in the format looks like. A letter that is not known here may stand for anything. */
export function patternOf(format: string): string {
  const lengths: Record<string, string> = {
    Y: '\\d{4}',
    y: '\\d\\d',
    m: '\\d{1,2}',
    d: '\\d{1,2}',
    e: ' ?\\d{1,2}',
    H: '\\d{1,2}',
    I: '\\d{1,2}',
    M: '\\d{1,2}',
    S: '\\d{1,2}',
    j: '\\d{1,3}',
    s: '\\d+',
    f: '\\d+',
  }
  const body = format.replaceAll(
    /%([.:#\-_0-9]*)([A-Za-z+%])|[^%]/g,
    (match, flags: string | undefined, letter: string | undefined) => {
      if (letter === undefined) return match.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
      if (letter === '%') return '%'
      if (letter === 'f' && flags?.startsWith('.')) return '(\\.\\d+)?'
      return lengths[letter] ?? '.+'
    },
  )
  return `^${body}$`
}

function parse(text: Expr, format: string): Expr {
  return text.str.strptime(pl.Datetime, format).cast(pl.Datetime('us')).cast(pl.Int64)
}

/** Seconds since 1970 up to the year 5138, milliseconds above: no time of the other unit is meant by either. */
function epochMicros(number: Expr): Expr {
  const isSeconds = number.abs().lt(pl.lit(1e11))
  return pl
    .when(isSeconds)
    .then(number.mul(pl.lit(1e6)))
    .otherwise(number.mul(pl.lit(1e3)))
    .round(0)
    .cast(pl.Int64, false)
}

const QUARTER_HOUR_MICROS = 15 * 60 * 1e6

/** Moves times that were read as if they were UTC to what they are in their zone. Zones change on quarter hours only. */
function withLocalTimes(frame: Frame, timezone: string | null): Frame {
  if (timezone === null || timezone === 'UTC' || frame.height === 0) return frame
  const quarter = pl.col(TIME).cast(pl.Float64).div(pl.lit(QUARTER_HOUR_MICROS)).floor().cast(pl.Int64)
  const keyed = frame.withColumn(quarter.alias(QUARTER)) as Frame
  const quarters = keyed.getColumn(QUARTER).dropNulls().unique()
  const shifts = Array.from(quarters.toTypedArray() as BigInt64Array, (key) => {
    const local = (Number(key) * QUARTER_HOUR_MICROS) / 1e3
    return BigInt(Math.round((epochOfLocalTime(local, timezone) - local) * 1e3))
  })
  const table = pl.DataFrame([quarters.alias(QUARTER), column(SHIFT, BigInt64Array.from(shifts), pl.Int64)])
  const joined = keyed.join(table, { on: QUARTER, how: 'left' })
  return joined.withColumn(pl.col(TIME).plus(pl.col(SHIFT)).alias(TIME)).drop(QUARTER, SHIFT) as Frame
}

const QUARTER = ' quarter'
const SHIFT = ' shift'
