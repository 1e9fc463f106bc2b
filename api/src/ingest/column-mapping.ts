import { createHash } from 'node:crypto'
import stringify from 'safe-stable-stringify'
import { z } from 'zod'
import { limits } from './contract.ts'
import { textEncodings } from './text-encoding.ts'

const columnName = z.string().min(1).max(500)
const eventType = z.string().trim().min(1).max(limits.eventTypeLength)

/**
 * How the columns of a foreign file become events. A mapping that names no column reads those of the event contract.
 * A file of one row per user (a wide file) has `outcomes`; a file of one row per event has `eventType`.
 */
export const columnMappingSchema = z.strictObject({
  /** The column with the user's id. Null: there is none, each row is a user of its own. */
  userId: columnName.nullish(),
  experimentId: columnName.nullish(),
  /**
   * The columns that tell the variant. With several (say, the assigned group and the page that was shown) a row whose
   * columns disagree exposes its user to several variants, which the health checks then find.
   */
  variant: z
    .array(
      z.strictObject({
        column: columnName,
        /** What the column's values mean; values that are a variant's key, name or id need no entry. */
        values: z.array(z.strictObject({ value: z.string().max(500), variant: z.string().min(1) })).nullish(),
      }),
    )
    .max(4)
    .nullish(),
  eventType: columnName.nullish(),
  /** Renames values of the event type's column. */
  eventTypes: z.array(z.strictObject({ value: z.string().min(1), eventType })).nullish(),
  value: columnName.nullish(),
  timestamp: columnName.nullish(),
  /** Format of the time stamps, in strftime's letters; by default ISO 8601 and epoch seconds or milliseconds are read. */
  timestampFormat: z.string().min(2).max(100).nullish(),
  /** Zone of time stamps that name none: an IANA name. By default they are refused. */
  timezone: z.string().min(1).max(64).nullish(),
  /** The time of every row, for files without one. */
  constantTimestamp: z.iso
    .datetime({ offset: true })
    .refine((time) => Date.parse(time) >= Date.parse(limits.earliestTime), {
      error: ({ input }) => `The time of all rows is not before ${limits.earliestTime}, got ${String(input)}.`,
    })
    .nullish(),
  eventId: columnName.nullish(),
  /** `EVENTS`: rows of type "exposure" expose. `EVERY_ROW`: each row with a variant does. */
  exposure: z.enum(['EVENTS', 'EVERY_ROW']).nullish(),
  outcomes: z
    .array(
      z.strictObject({
        column: columnName,
        eventType,
        /** `FLAG`: yes or no. `COUNT`: a whole number, kept as the event's value. `VALUE`: a number; 0 and empty make no event. */
        kind: z.enum(['FLAG', 'COUNT', 'VALUE']),
      }),
    )
    .max(100)
    .nullish(),
  /** Columns kept as attributes. Null: all that are used for nothing else. */
  attributes: z
    .array(z.strictObject({ column: columnName, name: z.string().min(1).max(limits.attributeNameLength).nullish() }))
    .max(limits.attributes)
    .nullish(),
  /** Numbers are written 1.234,56. */
  decimalComma: z.boolean().nullish(),
  /** Field separator of a text file; found by itself when left out. */
  delimiter: z
    .string()
    .regex(/^[\t !#-~]$/, 'A field separator is one character, such as ";" or a tab, of ASCII and no quote.')
    .nullish(),
  /**
   * How the letters of a text file are stored. By default UTF-8, and UTF-16 where the bytes tell so; Windows-1252, which
   * Latin-1 is read as, must be said.
   */
  encoding: z.enum(textEncodings).nullish(),
  /**
   * What makes two rows without an event id the same. `CONTENT`: equal user, variant, type, time, value, attributes.
   * `ROW`: nothing, each row of the file counts; for files without times, where equal rows are different purchases.
   */
  rowIdentity: z.enum(['CONTENT', 'ROW']).nullish(),
  /** Bounds of the values of an event type. */
  valueRules: z
    .array(
      z.strictObject({
        eventType,
        minimum: z.number().nullish(),
        maximum: z.number().nullish(),
        required: z.boolean().nullish(),
      }),
    )
    .nullish(),
  /** The share of rows in which a column may be empty, 0 to 1; beyond it the batch is quarantined. */
  maxEmptyShares: z.array(z.strictObject({ column: columnName, share: z.number().min(0).max(1) })).nullish(),
})

export type ColumnMapping = z.infer<typeof columnMappingSchema>

/** Whether a mapping says what columns mean; one that says only how they are written leaves them to the event contract. */
export function namesColumns(mapping: ColumnMapping): boolean {
  const { userId, experimentId, variant, eventType, value, timestamp, constantTimestamp, eventId, outcomes } = mapping
  const single = [userId, experimentId, eventType, value, timestamp, constantTimestamp, eventId]
  return single.some((column) => column != null) || [variant, outcomes].some((list) => (list?.length ?? 0) > 0)
}

/** Equal for mappings that say the same, whatever the order of their fields and whether nothing is null or left out. */
export function mappingHash(mapping: ColumnMapping | null): string {
  const meaningful = JSON.stringify(mapping, (_, value: unknown) => (value === null ? undefined : value))
  return createHash('sha256')
    .update(stringify(JSON.parse(meaningful ?? 'null')) ?? '')
    .digest('hex')
}
