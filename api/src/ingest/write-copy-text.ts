import pl, { type Expr } from 'nodejs-polars'
import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'
import type { Frame } from '../engine/polars/frame.ts'

/** Some rows of a part, to be written for PostgreSQL's COPY. */
export interface CopyTextRequest {
  partPath: string
  /** The first row, from 0, and how many at most. */
  from: number
  rows: number
  experimentId: string
  partId: string
  batchId: string | null
  /** Where the text is written. */
  path: string
}

export interface CopyTextResult {
  rows: number
}

/** The columns of the text, in their order, by the names that the table `events` has for them. */
export const copyColumns = [
  'experiment_id',
  'part_id',
  'batch_id',
  'user_id',
  'variant_id',
  'event_type',
  'value',
  'timestamp',
  'attributes',
  'row',
] as const

/** What an unquoted field means in COPY's text format when it stands alone. */
const NULL = '\\N'

/**
 * Writes rows of a part in COPY's text format: a line a row, tabs between fields, and a backslash before what would
 * be taken for either. This format and not CSV, whose older readers take a line of "\." for the end even within quotes.
 */
export async function writeCopyText(request: CopyTextRequest): Promise<CopyTextResult> {
  const { partPath, from, rows, experimentId, partId, batchId, path } = request
  const scan = pl.scanParquet(partPath)
  const attributes = scan.columns.filter((name) => name.startsWith(ATTRIBUTE_PREFIX))
  const texts = [eventColumn.userId, eventColumn.variantId, eventColumn.eventType, ...attributes]
  const others = [eventColumn.value, eventColumn.time, eventColumn.row]
  const events = (await scan
    .select(...texts.map((name) => pl.col(name).cast(pl.Utf8)), ...others.map((name) => pl.col(name)))
    .slice(from, rows)
    .collect()) as Frame
  const has = new Map(texts.map((name) => [name, specialCharacters(events, name)]))
  const constant = (value: string | null) => pl.lit(value ?? NULL)
  const field = (name: string) => escapedField(pl.col(name), has.get(name)!)
  const columns: Record<(typeof copyColumns)[number], Expr> = {
    experiment_id: constant(experimentId),
    part_id: constant(partId),
    batch_id: constant(batchId),
    user_id: field(eventColumn.userId),
    variant_id: pl.col(eventColumn.variantId),
    event_type: field(eventColumn.eventType),
    value: pl.col(eventColumn.value).cast(pl.Float64),
    timestamp: pl.col(eventColumn.time).cast(pl.Datetime('us', 'UTC')),
    attributes: attributesAsJson(attributes, has),
    row: pl.col(eventColumn.row),
  }
  await events
    .lazy()
    .select(...copyColumns.map((name) => columns[name].alias(`copied ${name}`)))
    .sinkCSV(path, { separator: '\t', includeHeader: false, quoteStyle: 'never', nullValue: NULL })
    .collect()
  return { rows: events.height }
}

/** Quotes, backslashes and control characters: few columns hold any, so looking first spares most of the work. */
const SPECIAL = '["\\\\\\x00-\\x1f]'

function specialCharacters(events: Frame, name: string): Set<string> {
  const special = pl.col(name).str.contains(SPECIAL)
  const rows = events
    .filter(special.fillNull(pl.lit(false)))
    .getColumn(name)
    .unique()
    .toArray() as string[]
  return new Set(rows.flatMap((text) => [...text].filter((character) => character < ' ' || '"\\'.includes(character))))
}

/** Each occurrence of some characters by what stands for it, in turn. */
function replaced(text: Expr, by: [string, string][]): Expr {
  return by.reduce<Expr>(
    (expression, [character, written]) => expression.str.replaceAll(character, written, true),
    text,
  )
}

function escapedField(text: Expr, characters: Set<string>): Expr {
  const written = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r', '\0': '␀' }
  return replaced(
    text,
    Object.entries(written).filter(([character]) => characters.has(character)),
  )
}

/** A JSON object of the attributes that an event has, as a field; null where it has none. */
function attributesAsJson(names: string[], has: Map<string, Set<string>>): Expr {
  if (names.length === 0) return pl.lit(NULL)
  const inField = (text: string): string => text.replaceAll('\\', '\\\\')
  const entries = names.map((name) => {
    const key = inField(JSON.stringify(name.slice(ATTRIBUTE_PREFIX.length)))
    const found = has.get(name)!
    // The backslash first: the others bring it in.
    const characters = [...(found.has('\\') ? ['\\'] : []), ...[...found].filter((one) => one !== '\\')]
    const value = replaced(
      pl.col(name),
      characters.map((character) => [
        character,
        inField(character === '\0' ? '␀' : JSON.stringify(character).slice(1, -1)),
      ]),
    )
    return pl.concatString([pl.lit(`${key}: "`), value, pl.lit('"')], '', false) as Expr
  })
  const inner = pl.concatString(entries, ', ', true) as Expr
  const hasAny = names.map((name) => pl.col(name).isNotNull()).reduce((any, one) => any.or(one))
  return pl
    .when(hasAny)
    .then(pl.concatString([pl.lit('{'), inner, pl.lit('}')], '', false))
    .otherwise(pl.lit(NULL)) as Expr
}
