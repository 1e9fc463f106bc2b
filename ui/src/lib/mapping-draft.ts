import type { ColumnMapping, ColumnMappingInput, OutcomeKind, UploadPreview, Variant } from '@fairlift/sdk'

/** What a column is read as. */
export type ColumnUse =
  | 'userId'
  | 'variant'
  | 'timestamp'
  | 'eventType'
  | 'value'
  | 'eventId'
  | 'experimentId'
  | OutcomeKind
  | 'attribute'
  | 'none'

export interface ColumnDraft {
  column: string
  use: ColumnUse
  /** Of columns that make events: their type. */
  eventType: string
  /** Of columns that tell the variant: what their values mean; an empty key for none. */
  values: { value: string; variant: string }[]
}

/** A mapping as people edit it: column by column. */
export interface MappingDraft {
  columns: ColumnDraft[]
  timezone: string
  timestampFormat: string
  /** The time of all rows, where no column has it. */
  constantTimestamp: string | null
  decimalComma: boolean
  /** What is not for editing here, and stays as it was proposed. */
  rest: Pick<ColumnMapping, 'exposure' | 'rowIdentity' | 'delimiter' | 'encoding'>
}

const singleUses = ['userId', 'timestamp', 'eventType', 'value', 'eventId', 'experimentId'] as const
const outcomeKinds: readonly ColumnUse[] = ['FLAG', 'COUNT', 'VALUE']

export const isOutcome = (use: ColumnUse): use is OutcomeKind => outcomeKinds.includes(use)

/** The server's proposal, to be edited. Null when the columns need no mapping: they follow the event contract. */
export function draftOf({ mapping, columns }: UploadPreview, variants: readonly Variant[]): MappingDraft | null {
  if (mapping === null || !namesColumns(mapping)) return null
  const { timezone, timestampFormat, constantTimestamp, decimalComma, exposure, rowIdentity, delimiter, encoding } =
    mapping
  return {
    columns: columns.map(({ name, examples }) => ({
      column: name,
      use: useOf(name, mapping),
      eventType: mapping.outcomes?.find(({ column }) => column === name)?.eventType ?? suggestedType(name),
      values: examples.map((value) => ({ value, variant: variantOf(name, value, mapping, variants) })),
    })),
    timezone: timezone ?? '',
    timestampFormat: timestampFormat ?? '',
    constantTimestamp,
    decimalComma: decimalComma ?? false,
    rest: { exposure, rowIdentity, delimiter, encoding },
  }
}

/** Whether a mapping says what columns mean, and not only how the text is written. */
function namesColumns(mapping: ColumnMapping): boolean {
  return mapping.variant !== null || mapping.outcomes !== null || singleUses.some((use) => mapping[use] !== null)
}

function useOf(name: string, mapping: ColumnMapping): ColumnUse {
  const single = singleUses.find((use) => mapping[use] === name)
  if (single !== undefined) return single
  if (mapping.variant?.some(({ column }) => column === name)) return 'variant'
  const outcome = mapping.outcomes?.find(({ column }) => column === name)
  if (outcome !== undefined) return outcome.kind
  // Without a list all columns that are left are attributes.
  return mapping.attributes === null || mapping.attributes.some(({ column }) => column === name) ? 'attribute' : 'none'
}

function variantOf(column: string, value: string, { variant }: ColumnMapping, variants: readonly Variant[]): string {
  const mapped = variant
    ?.find((candidate) => candidate.column === column)
    ?.values?.find((candidate) => candidate.value === value)?.variant
  const named = mapped ?? value
  return variants.find(({ id, key, name }) => [id, key, name].includes(named))?.key ?? ''
}

function suggestedType(column: string): string {
  return column
    .trim()
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '_')
}

/** What the server is told. */
export function mappingInputOf(draft: MappingDraft): ColumnMappingInput {
  const { columns, timezone, timestampFormat, constantTimestamp, decimalComma, rest } = draft
  const using = (use: ColumnUse): ColumnDraft[] => columns.filter((column) => column.use === use)
  const single = Object.fromEntries(singleUses.map((use) => [use, using(use)[0]?.column]))
  const hasTime = single.timestamp !== undefined
  return {
    ...single,
    variant: using('variant').map(({ column, values }) => {
      const mapped = values.filter(({ variant }) => variant !== '').map(({ value, variant }) => ({ value, variant }))
      return { column, values: mapped }
    }),
    outcomes: columns.flatMap(({ column, use, eventType }) =>
      isOutcome(use) ? [{ column, kind: use, eventType: eventType.trim() }] : [],
    ),
    attributes: using('attribute').map(({ column }) => ({ column })),
    timezone: hasTime && timezone !== '' ? timezone : undefined,
    timestampFormat: hasTime && timestampFormat !== '' ? timestampFormat : undefined,
    constantTimestamp: hasTime ? undefined : constantTimestamp,
    decimalComma: decimalComma || undefined,
    delimiter: rest.delimiter,
    encoding: rest.encoding,
    exposure: rest.exposure,
    // Rows without a time look alike: as events of their own they are kept. With times the default is safer.
    rowIdentity: hasTime && rest.rowIdentity === 'ROW' ? undefined : rest.rowIdentity,
  }
}

export interface DraftProblem {
  /** The column at fault. Null: the file as a whole. */
  column: string | null
  message: string
}

const useNames: Record<(typeof singleUses)[number], string> = {
  userId: 'the user',
  timestamp: 'the time',
  eventType: 'the event type',
  value: 'the value',
  eventId: 'the event id',
  experimentId: 'the experiment',
}

/** What keeps a draft from being sent. */
export function draftProblems(draft: MappingDraft): DraftProblem[] {
  const { columns, constantTimestamp } = draft
  const using = (use: ColumnUse): ColumnDraft[] => columns.filter((column) => column.use === use)
  const twice = singleUses.flatMap((use) =>
    using(use)
      .slice(1)
      .map(({ column }) => ({ column, message: `Only one column can be ${useNames[use]}.` })),
  )
  const outcomes = columns.filter(({ use }) => isOutcome(use))
  const untyped = outcomes
    .filter(({ eventType }) => eventType.trim() === '')
    .map(({ column }) => ({ column, message: 'Name the event that this column makes, such as purchase.' }))
  const unread = using('variant')
    .filter(({ values }) => values.length > 0 && values.every(({ variant }) => variant === ''))
    .map(({ column }) => ({ column, message: 'Say which variant its values stand for.' }))
  const whole: string[] = []
  if (using('variant').length === 0 && draft.rest.exposure !== 'EVENTS')
    whole.push('Choose the column with the variant.')
  if (using('timestamp').length === 0 && constantTimestamp === null) {
    whole.push('Choose the column with the time, or set one time for all rows.')
  }
  if (outcomes.length === 0 && using('eventType').length === 0) {
    whole.push('Choose what to measure: a column with an outcome, or the column with the event type.')
  }
  return [...whole.map((message) => ({ column: null, message })), ...twice, ...untyped, ...unread]
}

/** Columns that tell the variant in words that no variant has: their rows will be rejected. */
export function unreadValues({ columns }: MappingDraft): { column: string; values: string[] }[] {
  return columns
    .filter(({ use }) => use === 'variant')
    .map(({ column, values }) => ({
      column,
      values: values.filter(({ variant }) => variant === '').map(({ value }) => value),
    }))
    .filter(({ values }) => values.length > 0)
}
