import pl, { type Expr } from 'nodejs-polars'
import type { Frame } from '../engine/polars/frame.ts'
import { shown, type ExperimentContext, type Rejection } from './contract.ts'
import { field } from './fields.ts'
import { parseTimestamps, TIME } from './parse-timestamp.ts'
import type { ReadPlan } from './resolve-mapping.ts'
import { flagOf, numberOf, textOf } from './text-columns.ts'
import { rowRules, type Rule } from './row-rules.ts'
import { ROW } from './raw-chunk.ts'

export interface CheckedRows {
  /** The good rows, with typed fields. */
  good: Frame
  /** Every problem of every bad row, by row. */
  rejections: Rejection[]
  /** How many rows the rejections are about. */
  rejectedRows: number
}

/** Reads the fields of each row by the plan and sets the rows aside that break a rule, with all their reasons. */
export async function checkRows(
  raw: Frame,
  plan: ReadPlan,
  experiment: ExperimentContext,
  now: Date,
): Promise<CheckedRows> {
  const typed = await readFields(raw, plan)
  const rules = rowRules(typed, plan, experiment, now)
  // Polars shares what the rules have in common only in a lazy query.
  const broken = pl.anyHorizontal(rules.map((rule) => rule.broken)).fillNull(pl.lit(false))
  const marked = (await typed.lazy().withColumns(broken.alias(BAD)).collect()) as Frame
  const bad = marked.filter(pl.col(BAD)) as Frame
  if (bad.height === 0) return { good: typed, rejections: [], rejectedRows: 0 }
  return {
    good: marked.filter(pl.col(BAD).eq(pl.lit(false))).drop(BAD) as Frame,
    rejections: rules.flatMap((rule) => rejectionsBy(rule, bad)).sort((a, b) => a.row - b.row),
    rejectedRows: bad.height,
  }
}

const BAD = ' bad'

/** Adds the typed fields. The file's own columns stay: their texts are what a rejection shows. */
async function readFields(raw: Frame, plan: ReadPlan): Promise<Frame> {
  const frame =
    plan.timestamp === null
      ? raw
      : parseTimestamps(raw, plan.timestamp, { format: plan.timestampFormat, timezone: plan.timezone })
  const fields: Expr[] = []
  const add = (name: string, expression: Expr) => fields.push(expression.alias(name))
  if (plan.timestamp === null) add(TIME, pl.lit(Date.parse(plan.constantTimestamp!) * 1000).cast(pl.Int64))
  if (plan.userId !== null) add(field.user, textOf(frame, plan.userId))
  if (plan.experimentId !== null) add(field.experiment, textOf(frame, plan.experimentId))
  if (plan.eventId !== null) add(field.eventId, textOf(frame, plan.eventId))
  if (plan.value !== null) add(field.value, numberOf(frame, plan.value, plan.decimalComma))
  if (plan.eventType !== null) {
    const text = textOf(frame, plan.eventType)
    add(field.eventType, plan.eventTypeNames.size === 0 ? text : renamed(text, plan.eventTypeNames, text))
  }
  plan.variants.forEach(({ column, ids }, index) => {
    add(field.variantText(index), textOf(frame, column))
    add(field.variant(index), renamed(textOf(frame, column), ids, pl.lit(null)))
  })
  plan.outcomes.forEach(({ column, kind }, index) => {
    add(field.outcome(index), kind === 'FLAG' ? flagOf(frame, column) : numberOf(frame, column, plan.decimalComma))
  })
  return (await frame
    .lazy()
    .withColumns(...fields)
    .collect()) as Frame
}

function renamed(text: Expr, names: Map<string, string>, otherwise: Expr): Expr {
  return text.replaceStrict([...names.keys()], [...names.values()], otherwise, pl.Utf8)
}

function rejectionsBy({ code, column, broken, message }: Rule, bad: Frame): Rejection[] {
  const found = bad.filter(broken) as Frame
  if (found.height === 0) return []
  const rows = found.getColumn(ROW).toArray() as number[]
  const values =
    column === null ? null : (found.select(textOf(found, column)).getColumn(column).toArray() as (string | null)[])
  return rows.map((row, index) => {
    const value = values?.[index] ?? null
    return {
      row,
      column,
      code,
      value: value === null ? null : shown(value),
      message: message(value === null ? '' : shown(value)),
    }
  })
}
