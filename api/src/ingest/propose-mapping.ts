import { EXPOSURE } from '../engine/event-columns.ts'
import type { ColumnMapping } from './column-mapping.ts'
import type { ExperimentContext } from './contract.ts'
import { describeColumns, type ColumnDescription } from './describe-columns.ts'
import { JSON_ATTRIBUTE_PREFIX } from './json-columns.ts'
import type { Sniffed } from './sniff.ts'

/** What a file looks like, and how it would be read. */
export interface MappingProposal {
  columns: ColumnDescription[]
  /** Null when the file follows the event contract and needs no mapping; without columns when only its text does not. */
  mapping: ColumnMapping | null
  /** One row per event, or one row per user. */
  shape: 'EVENTS' | 'USERS'
  /** What a person should check before agreeing. */
  notes: string[]
}

/** Names by which columns are known, the surest first. Matched on lower-case words joined by underscores. */
const names = {
  userId:
    /^(user|visitor|customer|client|account|member|player|shopper|cookie|device|anonymous)?_?(id|uuid|guid)$|^(userid|visitorid|customerid|clientid|user|visitor|customer|auction_id)$/,
  variant:
    /^(variant|variant_id|variant_name|variation|variation_id|group|test_group|experiment_group|ab_group|arm|treatment|bucket|cohort|condition|version|segment|promotion|experiment)$/,
  eventType: /^(event|event_type|event_name|eventtype|eventname|action|action_type)$/,
  timestamp:
    /^(timestamp|time|ts|date|datetime|event_time|event_timestamp|event_date|created_at|occurred_at|server_time|day)$/,
  value: /^(value|revenue|amount|price|total|order_value|sales)$/,
  eventId: /^(event_id|eventid|transaction_id|transactionid|order_id|orderid)$/,
  experimentId: /^(experiment_id|experiment_key|test_id)$/,
  flagOutcome:
    /^(converted|conversion|convert|purchase|purchased|bought|buy|ordered|subscribed|signed_up|signup|registered|visit|visited|click|clicked|opened|returned|churned|yes|response|responded|retention_.*|retained.*)$/,
  valueOutcome:
    /^(revenue|spend|spent|sales|amount|order_value|total|total_revenue|gmv|income|price)$|(_revenue|_spend|_sales|_amount)$/,
  countOutcome:
    /^(orders|purchases|clicks|visits|sessions|pageviews|page_views|views|items|quantity|.*_count|count_.*|total_.*|sum_.*|num_.*)$/,
} as const

/** Proposes how to read a file, from its first rows and, where it is known, from the experiment. */
export function proposeMapping(sniffed: Sniffed, experiment: ExperimentContext | null): MappingProposal {
  const columns = describeColumns(sniffed.header, sniffed.sample)
  const notes: string[] = []
  const isWindows1252 = sniffed.encoding === 'WINDOWS_1252'
  if (isWindows1252) {
    notes.push(
      'The text is not UTF-8 and is read as Windows-1252 (Latin-1): check letters such as ä and é in the rows.',
    )
  }
  if (followsContract(sniffed.header, columns)) {
    return { columns, mapping: isWindows1252 ? { encoding: 'WINDOWS_1252' } : null, shape: 'EVENTS', notes }
  }
  const free = new Set(columns)
  const take = (
    pattern: RegExp,
    fits: (column: ColumnDescription) => boolean = () => true,
  ): ColumnDescription | null => {
    const found = [...free].find((column) => pattern.test(normalized(column.name)) && fits(column)) ?? null
    if (found !== null) free.delete(found)
    return found
  }

  const experimentId = take(names.experimentId, ({ distinct }) => distinct === 1)
  const eventId = take(names.eventId, ({ kind }) => kind !== 'EMPTY')
  const userId = take(names.userId, ({ kind, distinct }) => kind !== 'EMPTY' && distinct > 1)
  const timestamp = take(names.timestamp, ({ kind }) => kind === 'TIMESTAMP' || kind === 'LOCAL_TIME')
  const eventType = take(names.eventType, ({ kind }) => kind === 'TEXT')
  const variants = takeVariants([...free], sniffed.sample, experiment)
  for (const { column } of variants) free.delete(column)
  const mapping: ColumnMapping = {
    userId: userId?.name ?? null,
    variant: variants.map(({ column, values }) => ({ column: column.name, ...(values.length > 0 ? { values } : {}) })),
  }
  if (experimentId !== null) mapping.experimentId = experimentId.name
  if (sniffed.delimiter !== null && sniffed.delimiter !== ',' && sniffed.delimiter !== '\t')
    mapping.delimiter = sniffed.delimiter
  if (isWindows1252) mapping.encoding = 'WINDOWS_1252'
  if (userId === null) notes.push('No column with user ids was found: each row is counted as a user of its own.')
  if (variants.length === 0) notes.push('No column with the variant was found: choose it.')
  if (variants.length > 1) {
    const [first, second] = variants.map(({ column }) => `"${column.name}"`)
    notes.push(`${second} goes with ${first}: users of rows in which the two disagree will be left out.`)
  }
  if (timestamp !== null) {
    mapping.timestamp = timestamp.name
    if (timestamp.kind === 'LOCAL_TIME') {
      mapping.timezone = 'UTC'
      notes.push(
        `The times in "${timestamp.name}" name no zone and are read as UTC: choose the zone they were written in.`,
      )
    }
  } else {
    mapping.constantTimestamp = experiment?.startAt ?? '2000-01-01T00:00:00.000Z'
    mapping.rowIdentity = 'ROW'
    notes.push('No column with times was found: all rows get one time, and equal rows are kept as different events.')
  }

  if (eventType !== null) {
    mapping.eventType = eventType.name
    const value = take(names.value, isNumber)
    if (value !== null) mapping.value = value.name
    if (eventId !== null) mapping.eventId = eventId.name
    if (!eventType.examples.includes(EXPOSURE)) {
      mapping.exposure = 'EVERY_ROW'
      notes.push(`No event of type "${EXPOSURE}" was seen: a user's first row counts as the exposure.`)
    }
    return { columns, mapping, shape: 'EVENTS', notes }
  }

  mapping.outcomes = takeOutcomes(free)
  if (eventId !== null) mapping.eventId = eventId.name
  if (mapping.outcomes.length === 0)
    notes.push('No column with an outcome (converted, revenue ...) was found: choose what to measure.')
  const withComma = mapping.outcomes.find(({ column }) =>
    columns.find(({ name }) => name === column)?.examples.some((text) => text.includes(',')),
  )
  if (withComma !== undefined) {
    mapping.decimalComma = true
    notes.push(`Commas in "${withComma.column}" are read as decimal commas: check that they do not part thousands.`)
  }
  mapping.attributes = [...free]
    .filter(
      ({ kind, distinct }) =>
        kind !== 'EMPTY' && !(kind === 'TEXT' && distinct > sniffed.sample.length * 0.9 && distinct > 50),
    )
    .slice(0, 50)
    .map(({ name }) => ({ column: name }))
  return { columns, mapping, shape: 'USERS', notes }
}

/** A file that has the contract's columns with fitting values needs no mapping. */
function followsContract(header: string[], columns: ColumnDescription[]): boolean {
  const kind = (name: string) => columns.find((column) => column.name === name)?.kind
  return (
    ['user_id', 'event_type', 'timestamp'].every((name) => header.includes(name)) && kind('timestamp') !== 'LOCAL_TIME'
  )
}

function normalized(name: string): string {
  return name
    .replace(JSON_ATTRIBUTE_PREFIX, '')
    .replaceAll(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
    .replaceAll(/^_|_$/g, '')
}

interface VariantColumn {
  column: ColumnDescription
  values: { value: string; variant: string }[]
}

type Sample = Sniffed['sample']

/**
 * Columns that tell the variant: the one whose values are the experiment's variants, else the one whose name says so and
 * that has few values; and further columns that go with it row by row (the page that was shown): where they disagree,
 * something went wrong.
 */
function takeVariants(
  columns: ColumnDescription[],
  sample: Sample,
  experiment: ExperimentContext | null,
): VariantColumn[] {
  const few = columns.filter(({ kind, distinct }) => kind !== 'EMPTY' && distinct >= 1 && distinct <= 10)
  const known = new Map(
    experiment?.variants.flatMap(({ id, key, name }) => [id, key, name].map((text) => [text.toLowerCase(), key])) ?? [],
  )
  const isKnown = ({ examples }: ColumnDescription) => examples.every((value) => known.has(value.toLowerCase()))
  const isNamed = ({ name }: ColumnDescription) => names.variant.test(normalized(name))
  const column = few.find((one) => isKnown(one) && isNamed(one)) ?? few.find(isKnown) ?? few.find(isNamed)
  if (column === undefined) return []
  const meaning = new Map(
    column.examples.map((value) => [value, known.get(value.toLowerCase()) ?? guessVariant(value, experiment) ?? value]),
  )
  const values = [...meaning]
    .filter(([value, variant]) => value !== variant)
    .map(([value, variant]) => ({ value, variant }))
  const others = few
    .filter((one) => one !== column && one.kind === 'TEXT')
    .flatMap((one) => alongside(one, column, meaning, sample))
  return [{ column, values }, ...others.slice(0, 1)]
}

/** Share of the first rows in which a second column must go with the first to tell the variant too, and how many rows. */
const AGREEMENT = 0.9
const LEAST_PAIRS = 30

/** A column whose values go one to one with those of the variant's column in nearly all rows. */
function alongside(
  candidate: ColumnDescription,
  column: ColumnDescription,
  meaning: Map<string, string>,
  sample: Sample,
): VariantColumn[] {
  if (candidate.distinct !== column.distinct || column.distinct < 2) return []
  const pairs = sample
    .map((row) => [row[candidate.name], row[column.name]] as const)
    .filter(([a, b]) => a != null && b != null)
  const partners = new Map<string, string>()
  for (const value of candidate.examples) {
    const counts = new Map<string, number>()
    for (const [a, b] of pairs) if (a === value) counts.set(b!, (counts.get(b!) ?? 0) + 1)
    const [partner] = [...counts].sort(([, m], [, n]) => n - m)[0] ?? []
    if (partner !== undefined) partners.set(value, partner)
  }
  const isOneToOne = new Set(partners.values()).size === candidate.distinct
  const agreeing = pairs.filter(([a, b]) => partners.get(a!) === b).length
  if (!isOneToOne || pairs.length < LEAST_PAIRS || agreeing < pairs.length * AGREEMENT) return []
  const values = [...partners].map(([value, partner]) => ({ value, variant: meaning.get(partner) ?? partner }))
  return [{ column: candidate, values: values.filter(({ value, variant }) => value !== variant) }]
}

/** What a value such as "old_page" or "gate_30" means, by words and, for two variants, by elimination. */
function guessVariant(value: string, experiment: ExperimentContext | null): string | null {
  if (experiment === null) return null
  const text = value.toLowerCase()
  const isControl = /^(control|ctrl|c|a|0|old.*|no|no_.*|no .*|baseline|original|psa|false)$/.test(text)
  const control = experiment.variants[0]?.key ?? null
  if (isControl) return control
  return experiment.variants.length === 2 ? (experiment.variants[1]?.key ?? null) : null
}

function takeOutcomes(free: Set<ColumnDescription>): NonNullable<ColumnMapping['outcomes']> {
  const outcomes: NonNullable<ColumnMapping['outcomes']> = []
  for (const column of [...free]) {
    const name = normalized(column.name)
    const kind =
      column.kind === 'FLAG' && names.flagOutcome.test(name)
        ? 'FLAG'
        : isNumber(column) && names.valueOutcome.test(name)
          ? 'VALUE'
          : column.kind === 'INTEGER' && names.countOutcome.test(name)
            ? 'COUNT'
            : null
    if (kind === null) continue
    free.delete(column)
    outcomes.push({ column: column.name, eventType: outcomeType(name, kind), kind })
  }
  return outcomes
}

/** Money becomes purchases and a yes to buying becomes a conversion, so that the standard metrics apply. */
function outcomeType(name: string, kind: 'FLAG' | 'COUNT' | 'VALUE'): string {
  if (kind === 'VALUE') return 'purchase'
  if (/^(converted|conversion|convert|purchase|purchased|bought|buy|ordered)$/.test(name)) return 'conversion'
  return name
}

function isNumber({ kind }: ColumnDescription): boolean {
  return kind === 'NUMBER' || kind === 'INTEGER' || kind === 'FLAG'
}
