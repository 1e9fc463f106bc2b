import { namesColumns, type ColumnMapping } from './column-mapping.ts'
import { requireColumnNames } from './column-names.ts'
import { EXPOSURE } from '../engine/event-columns.ts'
import { JSON_ATTRIBUTE_PREFIX } from './json-columns.ts'
import { contractColumns, FileError, limits, shown, type ExperimentContext } from './contract.ts'

/** A mapping made definite for one file: every column it names is there. */
export interface ReadPlan {
  userId: string | null
  experimentId: string | null
  variants: { column: string; ids: Map<string, string> }[]
  eventType: string | null
  eventTypeNames: Map<string, string>
  value: string | null
  timestamp: string | null
  timestampFormat: string | null
  timezone: string | null
  constantTimestamp: string | null
  eventId: string | null
  everyRowExposes: boolean
  outcomes: Outcome[]
  attributes: { column: string; name: string }[]
  /** A column of flat JSON objects whose entries are attributes too. */
  attributesJson: string | null
  decimalComma: boolean
  identity: 'CONTENT' | 'ROW'
  valueRules: Map<string, ValueRule>
  maxEmptyShares: { column: string; share: number }[]
  /** All columns that are read. */
  columns: string[]
}

export interface Outcome {
  column: string
  eventType: string
  kind: 'FLAG' | 'COUNT' | 'VALUE'
  /** An empty field is an error and not a zero: only where the mapping says so. */
  isRequired: boolean
}

export interface ValueRule {
  minimum: number | null
  maximum: number | null
  required: boolean
}

/** What values are allowed where the mapping says nothing: a purchase cannot be negative, a refund can. */
const standardValueRules: [string, ValueRule][] = [['purchase', { minimum: 0, maximum: null, required: false }]]

/**
 * Checks a mapping against a file's header and the experiment's variants.
 *
 * @throws FileError MISSING_COLUMN, DUPLICATE_COLUMN, TOO_MANY_ATTRIBUTES, INVALID_MAPPING, each with what to do.
 */
export function resolveMapping(
  mapping: ColumnMapping | null,
  header: string[],
  experiment: ExperimentContext,
): ReadPlan {
  requireColumnNames(header)
  const names = mapping ?? {}
  const followsContract = mapping === null || !namesColumns(mapping)
  const present = new Set(header)
  const isWide = (names.outcomes?.length ?? 0) > 0
  const everyRowExposes = (names.exposure ?? (isWide ? 'EVERY_ROW' : 'EVENTS')) === 'EVERY_ROW'
  /** The column of a field: as mapped, else by the contract's name where the file has it. */
  const columnOf = (mapped: string | null | undefined, contractName: string): string | null => {
    if (mapped != null) return require(mapped)
    return followsContract && present.has(contractName) ? contractName : null
  }
  const require = (column: string): string => {
    if (present.has(column)) return column
    throw missingColumn(column, header, !followsContract)
  }

  const userId = followsContract ? require('user_id') : columnOf(names.userId, 'user_id')
  const variantColumns =
    names.variant ?? (present.has('variant_id') && followsContract ? [{ column: 'variant_id' }] : [])
  const eventType = followsContract ? require('event_type') : columnOf(names.eventType, 'event_type')
  const timestamp = followsContract
    ? require('timestamp')
    : names.constantTimestamp != null
      ? null
      : columnOf(names.timestamp, 'timestamp')
  if (timestamp === null && names.constantTimestamp == null) {
    throw new FileError(
      'INVALID_MAPPING',
      'The mapping names no time stamp: set `timestamp` to a column, or `constantTimestamp` to the time of all rows.',
    )
  }
  if (
    timestamp !== null &&
    names.timestampFormat != null &&
    names.timezone == null &&
    !/%[:#]*z|%\+|%s/.test(names.timestampFormat)
  ) {
    throw new FileError(
      'INVALID_MAPPING',
      `The format ${names.timestampFormat} has no zone: set \`timezone\` to the zone in which the times were written, such as UTC.`,
    )
  }
  if (variantColumns.length === 0 && everyRowExposes) {
    throw new FileError(
      'INVALID_MAPPING',
      'Every row exposes its user, but the mapping names no column with the variant.',
    )
  }
  if (eventType === null && !isWide && !everyRowExposes) {
    throw new FileError(
      'INVALID_MAPPING',
      'The mapping makes no events: name the column with the event type, or the columns with outcomes.',
    )
  }

  refuseContradictions(names, userId)

  const plan: Omit<ReadPlan, 'attributes' | 'attributesJson' | 'columns'> = {
    userId,
    experimentId: columnOf(names.experimentId, 'experiment_id'),
    variants: variantColumns.map(({ column, values }) => ({
      column: require(column),
      ids: variantIds(values ?? [], experiment),
    })),
    eventType,
    eventTypeNames: new Map((names.eventTypes ?? []).map(({ value, eventType }) => [value, eventType])),
    value: columnOf(names.value, 'value'),
    timestamp,
    timestampFormat: names.timestampFormat ?? null,
    timezone: checkedTimezone(names.timezone ?? null),
    constantTimestamp: timestamp === null ? (names.constantTimestamp ?? null) : null,
    eventId: columnOf(names.eventId, 'event_id'),
    everyRowExposes,
    outcomes: (names.outcomes ?? []).map((outcome) => ({
      ...outcome,
      column: require(outcome.column),
      isRequired: names.valueRules?.some((rule) => rule.eventType === outcome.eventType && rule.required) ?? false,
    })),
    decimalComma: names.decimalComma ?? false,
    identity: names.rowIdentity ?? (timestamp === null ? 'ROW' : 'CONTENT'),
    valueRules: valueRules(names.valueRules ?? [], experiment.summedEventTypes),
    maxEmptyShares: (names.maxEmptyShares ?? []).map(({ column, share }) => ({ column: require(column), share })),
  }
  const used = [
    plan.userId,
    plan.experimentId,
    ...plan.variants.map(({ column }) => column),
    plan.eventType,
    plan.value,
    plan.timestamp,
    plan.eventId,
    ...plan.outcomes.map(({ column }) => column),
    ...plan.maxEmptyShares.map(({ column }) => column),
  ].filter((column) => column !== null)
  const attributesJson = followsContract && present.has('attributes') ? 'attributes' : null
  const attributes = attributeColumns(
    names.attributes ?? null,
    header,
    new Set([...used, attributesJson ?? '']),
    require,
  )
  const columns = [
    ...new Set([...used, ...attributes.map(({ column }) => column), ...(attributesJson ? [attributesJson] : [])]),
  ]
  for (const column of columns) {
    if (header.indexOf(column) === header.lastIndexOf(column)) continue
    throw new FileError('DUPLICATE_COLUMN', `The header names the column "${column}" more than once.`, { column })
  }
  return { ...plan, attributes, attributesJson, columns }
}

/** Mappings that can be read but would make events that nobody means. */
function refuseContradictions({ variant, outcomes }: Partial<ColumnMapping>, userId: string | null): void {
  const refuse = (message: string): never => {
    throw new FileError('INVALID_MAPPING', message)
  }
  if (userId !== null && variant?.some(({ column }) => column === userId)) {
    refuse(`The column "${userId}" is mapped to the user and to the variant. It can be one of them.`)
  }
  const seen = new Set<string>()
  for (const { column, eventType } of outcomes ?? []) {
    if (eventType === EXPOSURE) {
      refuse(
        `The outcome "${column}" makes events of type "${EXPOSURE}", which say who saw a variant. Choose another type.`,
      )
    }
    const outcome = JSON.stringify([column, eventType])
    if (seen.has(outcome))
      refuse(`The outcome "${column}" of type "${eventType}" is mapped twice, and would count twice.`)
    seen.add(outcome)
  }
}

function missingColumn(column: string, header: string[], isMapped: boolean): FileError {
  const found = header
    .slice(0, 30)
    .map((name) => `"${shown(name)}"`)
    .join(', ')
  const remedy = isMapped
    ? 'Correct the mapping.'
    : `Rename a column, or upload with a mapping (previewUpload proposes one). A file that follows the event contract has the columns ${contractColumns.slice(1, 7).join(', ')}.`
  const message = `The file has no column "${shown(column)}". It has: ${found === '' ? 'none' : found}. ${remedy}`
  return new FileError('MISSING_COLUMN', message, { column })
}

/** From what a file may call a variant (its key, name, id, or a mapped value) to the variant's id. */
function variantIds(values: { value: string; variant: string }[], experiment: ExperimentContext): Map<string, string> {
  const ids = new Map<string, string>()
  for (const { id, key, name } of experiment.variants) for (const text of [name, key, id]) ids.set(text, id)
  const known = new Map(ids)
  for (const { value, variant } of values) {
    const id = known.get(variant)
    if (id === undefined) {
      throw new FileError(
        'INVALID_MAPPING',
        `The mapping maps "${value}" to the variant "${variant}", which the experiment does not have. It has: ${variantList(experiment)}.`,
        { value: variant },
      )
    }
    ids.set(value, id)
  }
  return ids
}

export function variantList(experiment: ExperimentContext): string {
  return experiment.variants.map(({ key }) => `"${key}"`).join(', ')
}

function checkedTimezone(timezone: string | null): string | null {
  if (timezone === null) return null
  try {
    return new Intl.DateTimeFormat('en', { timeZone: timezone }).resolvedOptions().timeZone
  } catch (cause) {
    throw new FileError(
      'INVALID_MAPPING',
      `"${timezone}" is no time zone. Use an IANA name such as Europe/Berlin or UTC.`,
      {
        value: timezone,
        cause,
      },
    )
  }
}

function valueRules(given: NonNullable<ColumnMapping['valueRules']>, summed: string[]): Map<string, ValueRule> {
  const rules = new Map<string, ValueRule>(standardValueRules)
  for (const eventType of summed) {
    rules.set(eventType, { ...(rules.get(eventType) ?? { minimum: null, maximum: null }), required: true })
  }
  for (const { eventType, minimum, maximum, required } of given) {
    rules.set(eventType, {
      minimum: minimum ?? null,
      maximum: maximum ?? null,
      required: required ?? rules.get(eventType)?.required ?? false,
    })
  }
  return rules
}

/** The entries of a JSON record's `attributes` are called by their own names. */
function attributeName(column: string): string {
  const name = column.trim().slice(0, limits.attributeNameLength)
  return name.startsWith(JSON_ATTRIBUTE_PREFIX) ? name.slice(JSON_ATTRIBUTE_PREFIX.length) : name
}

function attributeColumns(
  given: ColumnMapping['attributes'],
  header: string[],
  used: Set<string>,
  require: (column: string) => string,
): { column: string; name: string }[] {
  const attributes =
    given?.map(({ column, name }) => ({ column: require(column), name: (name ?? attributeName(column)).trim() })) ??
    header
      .filter((column) => column.trim() !== '' && !used.has(column))
      .map((column) => ({ column, name: attributeName(column) }))
  if (attributes.length > limits.attributes) {
    throw new FileError(
      'TOO_MANY_ATTRIBUTES',
      `${attributes.length} columns would become attributes; the limit is ${limits.attributes}. Name those to keep in the mapping's \`attributes\`.`,
    )
  }
  const names = attributes.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) {
    throw new FileError('DUPLICATE_COLUMN', `Two columns would become the attribute "${twice}".`, { column: twice })
  }
  return attributes
}
