import pl, { type Expr } from 'nodejs-polars'
import { stack, type Frame } from '../engine/polars/frame.ts'

import { ATTRIBUTE_PREFIX, eventColumn, EXPOSURE } from '../engine/event-columns.ts'
import { field } from './fields.ts'
import { jsonEntry, jsonKeys } from './json-attributes.ts'
import { ROW } from './raw-chunk.ts'
import type { ReadPlan } from './resolve-mapping.ts'
import { textOf } from './text-columns.ts'

export interface EventSource {
  plan: ReadPlan
  /** Hash of the file: names its rows where they have no other name. */
  sha256: string
}

/**
 * The events that good rows make: the row itself where it has an event type, an exposure where each row exposes, and one
 * event per outcome that is not zero. Columns are those of a part, without hashes.
 */
export function makeEvents(good: Frame, { plan, sha256 }: EventSource): Frame {
  const attributes = attributeExpressions(good, plan)
  const userId =
    plan.userId === null
      ? pl.concatString([pl.lit(`${sha256.slice(0, 12)}-`), pl.col(ROW).cast(pl.Utf8)], '')
      : pl.col(field.user)
  const select = (frame: Frame, event: { type: Expr; value: Expr; variant: Expr; suffix: string }): Frame =>
    frame.select(
      pl.col(ROW).alias(eventColumn.row),
      userId.alias(eventColumn.userId),
      event.variant.cast(pl.Utf8).alias(eventColumn.variantId),
      event.type.alias(eventColumn.eventType),
      withoutNegativeZero(event.value.cast(pl.Float64)).alias(eventColumn.value),
      pl.col(field.time).alias(eventColumn.time),
      eventIdOf(plan, sha256, event.suffix).cast(pl.Utf8).alias(eventColumn.eventId),
      ...attributes,
    ) as Frame

  const none = pl.lit(null)
  const frames: Frame[] = []
  if (plan.eventType !== null) {
    const isExposure = pl.col(field.eventType).eq(pl.lit(EXPOSURE))
    frames.push(
      select(good, {
        type: pl.col(field.eventType),
        value: plan.value === null ? none : pl.col(field.value),
        variant: plan.variants.length === 0 ? none : pl.col(field.variant(0)),
        suffix: '',
      }),
      ...otherVariants(plan, 1).map(({ index, differs }) =>
        select(good.filter(isExposure.and(differs)) as Frame, {
          type: pl.lit(EXPOSURE),
          value: none,
          variant: pl.col(field.variant(index)),
          suffix: `:${EXPOSURE}:${index}`,
        }),
      ),
    )
  }
  if (plan.everyRowExposes) {
    for (const { index, differs } of otherVariants(plan, 0)) {
      frames.push(
        select(good.filter(differs) as Frame, {
          type: pl.lit(EXPOSURE),
          value: none,
          variant: pl.col(field.variant(index)),
          suffix: `:${EXPOSURE}:${index}`,
        }),
      )
    }
  }
  plan.outcomes.forEach(({ eventType, kind }, index) => {
    const amount = pl.col(field.outcome(index))
    frames.push(
      select(good.filter(amount.isNotNull().and(amount.neq(pl.lit(0)))) as Frame, {
        type: pl.lit(eventType),
        value: kind === 'FLAG' ? none : amount,
        variant: none,
        suffix: `:${eventType}:${index}`,
      }),
    )
  })
  return frames.length === 1 ? frames[0]! : stack(frames)
}

/** -0 and 0 are equal and must have equal keys. */
function withoutNegativeZero(value: Expr): Expr {
  return pl
    .when(value.eq(pl.lit(0)))
    .then(pl.lit(0).cast(pl.Float64))
    .otherwise(value)
}

/** How many good rows name different variants in their variant columns. */
export function countDisagreements(good: Frame, plan: ReadPlan): number {
  return otherVariants(plan, 1).reduce((count, { differs }) => count + good.filter(differs).height, 0)
}

/** The variant columns from `first` on, and where each names a variant that the ones before it do not. */
function otherVariants({ variants }: ReadPlan, first: number): { index: number; differs: Expr }[] {
  return variants.slice(first).map((_, offset) => {
    const index = first + offset
    const own = pl.col(field.variant(index))
    const differs = variants
      .slice(0, index)
      .map((_, earlier) =>
        own
          .eq(pl.col(field.variant(earlier)))
          .fillNull(pl.lit(false))
          .eq(pl.lit(false)),
      )
      .reduce((all, one) => all.and(one), own.isNotNull())
    return { index, differs }
  })
}

/**
 * An event's id: as given, made of the row's number where rows are what counts, or null where the content does. Events
 * that one row makes get different ids.
 */
function eventIdOf(plan: ReadPlan, sha256: string, suffix: string): Expr {
  const rowId = pl.concatString([pl.lit(`row:${sha256}:`), pl.col(ROW).cast(pl.Utf8), pl.lit(suffix)], '')
  const otherwise = plan.identity === 'ROW' ? rowId : pl.lit(null).cast(pl.Utf8)
  if (plan.eventId === null) return otherwise
  const given = suffix === '' ? pl.col(field.eventId) : pl.concatString([pl.col(field.eventId), pl.lit(suffix)], '')
  return pl.when(pl.col(field.eventId).isNotNull()).then(given).otherwise(otherwise)
}

function attributeExpressions(good: Frame, plan: ReadPlan): Expr[] {
  const own = plan.attributes.map(({ column, name }) => textOf(good, column).alias(`${ATTRIBUTE_PREFIX}${name}`))
  if (plan.attributesJson === null) return own
  const column = plan.attributesJson
  const taken = new Set(plan.attributes.map(({ name }) => name))
  const entries = jsonKeys(good, column)
    .filter((key) => !taken.has(key))
    .map((key) => jsonEntry(column, key).alias(`${ATTRIBUTE_PREFIX}${key}`))
  return [...own, ...entries]
}
