import { EXPOSURE } from '../engine/event-columns.ts'
import pl, { type Expr } from 'nodejs-polars'
import type { Frame } from '../engine/polars/frame.ts'
import { limits, type ExperimentContext, type RejectionCode } from './contract.ts'
import { field } from './fields.ts'
import { isFlatJson } from './json-attributes.ts'
import { variantList, type ReadPlan, type ValueRule } from './resolve-mapping.ts'
import { textOf } from './text-columns.ts'

/** One thing that a row must not do. */
export interface Rule {
  code: RejectionCode
  /** The file's column that is at fault. */
  column: string | null
  /** True where the row breaks the rule. */
  broken: Expr
  /** What is wrong and what to do, given the text at fault. */
  message: (value: string) => string
}

/** All rules for the rows of a file, in the order in which their problems are reported. */
export function rowRules(frame: Frame, plan: ReadPlan, experiment: ExperimentContext, now: Date): Rule[] {
  return [
    ...userRules(plan),
    ...experimentRules(plan, experiment),
    ...timeRules(frame, plan, now),
    ...variantRules(plan, experiment),
    ...eventTypeRules(plan),
    ...valueRules(frame, plan),
    ...outcomeRules(frame, plan),
    ...eventIdRules(plan),
    ...attributeRules(frame, plan),
  ]
}

const isMissing = (name: string): Expr => pl.col(name).isNull()
const isLongerThan = (text: Expr, length: number): Expr => text.str.lengths().gt(pl.lit(length))

function userRules({ userId }: ReadPlan): Rule[] {
  if (userId === null) return []
  return [
    missing(userId, isMissing(field.user), 'Each event needs the id of its user.'),
    tooLong(userId, pl.col(field.user), limits.userIdLength),
  ]
}

function experimentRules({ experimentId }: ReadPlan, experiment: ExperimentContext): Rule[] {
  if (experimentId === null) return []
  const isOther = pl.col(field.experiment).isIn([experiment.id, experiment.key]).eq(pl.lit(false))
  return [
    {
      code: 'OTHER_EXPERIMENT',
      column: experimentId,
      broken: isOther.and(pl.col(field.experiment).isNotNull()),
      message: (value) => `"${value}" is another experiment. Upload its rows to it; this one is "${experiment.key}".`,
    },
  ]
}

function timeRules(frame: Frame, { timestamp, timestampFormat }: ReadPlan, now: Date): Rule[] {
  if (timestamp === null) return []
  const text = textOf(frame, timestamp)
  const latest = now.getTime() + limits.futureMinutes * 60_000
  const expected =
    timestampFormat === null
      ? 'Write ISO 8601 with a zone (2026-06-01T12:00:00Z) or epoch seconds or milliseconds; a mapping can name a zone or a format.'
      : `The mapping's format is ${timestampFormat}.`
  return [
    missing(timestamp, text.isNull(), 'Each event needs a time.'),
    {
      code: 'NOT_A_TIMESTAMP',
      column: timestamp,
      broken: text.isNotNull().and(isMissing(field.time)),
      message: (value) => `"${value}" is no point in time. ${expected}`,
    },
    {
      code: 'FUTURE_TIMESTAMP',
      column: timestamp,
      broken: pl.col(field.time).gt(pl.lit(latest * 1000)),
      message: (value) =>
        `"${value}" lies more than ${limits.futureMinutes} minutes after the upload (${now.toISOString()}). Check the clock, the zone, and seconds against milliseconds.`,
    },
    {
      code: 'EARLY_TIMESTAMP',
      column: timestamp,
      broken: pl.col(field.time).lt(pl.lit(Date.parse(limits.earliestTime) * 1000)),
      message: (value) =>
        `"${value}" lies before ${limits.earliestTime.slice(0, 10)}. Check the clock, and milliseconds against seconds; for dates such as 20260601 a mapping can name the format.`,
    },
  ]
}

function variantRules(plan: ReadPlan, experiment: ExperimentContext): Rule[] {
  const rules: Rule[] = plan.variants.map(({ column }, index) => ({
    code: 'UNKNOWN_VARIANT',
    column,
    broken: pl
      .col(field.variantText(index))
      .isNotNull()
      .and(isMissing(field.variant(index))),
    message: (value) => `"${value}" is no variant of the experiment. It has ${variantList(experiment)}.`,
  }))
  const column = plan.variants[0]?.column ?? null
  const noVariant = plan.variants
    .map((_, index) => isMissing(field.variantText(index)))
    .reduce((all, one) => all.and(one), pl.lit(true))
  if (plan.everyRowExposes) return [...rules, missing(column, noVariant, 'Each row needs the variant its user saw.')]
  if (plan.eventType === null) return rules
  const exposes = pl.col(field.eventType).eq(pl.lit(EXPOSURE))
  return [...rules, missing(column, exposes.and(noVariant), 'An exposure needs the variant its user saw.')]
}

function eventTypeRules({ eventType }: ReadPlan): Rule[] {
  if (eventType === null) return []
  return [
    missing(eventType, isMissing(field.eventType), 'Each event needs a type, such as exposure or purchase.'),
    tooLong(eventType, pl.col(field.eventType), limits.eventTypeLength),
  ]
}

function valueRules(frame: Frame, { value, valueRules, eventType, decimalComma }: ReadPlan): Rule[] {
  const number = pl.col(field.value)
  const isOfType = (type: string): Expr =>
    eventType === null ? pl.lit(false) : pl.col(field.eventType).eq(pl.lit(type))
  const rules: Rule[] = []
  if (value !== null) {
    const isNumber = number.isNotNull().and(number.isFinite())
    rules.push(
      notANumber(
        value,
        textOf(frame, value)
          .isNotNull()
          .and(isNumber.eq(pl.lit(false))),
        decimalComma,
      ),
      tooLarge(value, number),
    )
  }
  for (const [type, rule] of valueRules) {
    if (rule.required && eventType !== null) {
      const absent = value === null ? pl.lit(true) : textOf(frame, value).isNull()
      rules.push(
        missing(
          value ?? 'value',
          isOfType(type).and(absent),
          `An event of type "${type}" needs a value: a metric adds it up.`,
          value,
        ),
      )
    }
    if (value !== null) rules.push(...rangeRules(value, isOfType(type).and(number.isFinite()), number, type, rule))
  }
  return rules
}

function outcomeRules(frame: Frame, { outcomes, valueRules, decimalComma }: ReadPlan): Rule[] {
  return outcomes.flatMap(({ column, kind, eventType, isRequired }, index): Rule[] => {
    const number = pl.col(field.outcome(index))
    const isThere = textOf(frame, column).isNotNull()
    const required = isRequired ? [missing(column, isThere.eq(false), 'The mapping says that it is required.')] : []
    if (kind === 'FLAG') {
      return [
        ...required,
        {
          code: 'NOT_A_FLAG',
          column,
          broken: number.isNull(),
          message: (value) => `"${value}" is neither yes nor no. Write 1 or 0, true or false, yes or no.`,
        },
      ]
    }
    const isNumber = number.isNotNull().and(number.isFinite())
    if (kind === 'COUNT') {
      const isCount = isNumber.and(number.gtEq(pl.lit(0))).and(number.eq(number.floor()))
      return [
        ...required,
        tooLarge(column, number),
        {
          code: 'NOT_A_COUNT',
          column,
          broken: isThere.and(isCount.eq(pl.lit(false))),
          message: (value) => `"${value}" is not a whole number of zero or more.`,
        },
      ]
    }
    const rule = valueRules.get(eventType)
    return [
      ...required,
      tooLarge(column, number),
      notANumber(column, isThere.and(isNumber.eq(pl.lit(false))), decimalComma),
      ...(rule === undefined ? [] : rangeRules(column, isNumber, number, eventType, rule)),
    ]
  })
}

function eventIdRules({ eventId }: ReadPlan): Rule[] {
  return eventId === null ? [] : [tooLong(eventId, pl.col(field.eventId), limits.eventIdLength)]
}

function attributeRules(frame: Frame, { attributes, attributesJson }: ReadPlan): Rule[] {
  const rules = attributes
    .filter(({ column }) => frame.getColumn(column).dtype.variant === 'String')
    .map(({ column }) => tooLong(column, pl.col(column), limits.attributeValueLength))
  if (attributesJson === null) return rules
  const text = textOf(frame, attributesJson)
  return [
    ...rules,
    {
      code: 'NESTED_VALUE',
      column: attributesJson,
      broken: text.isNotNull().and(isFlatJson(text).eq(pl.lit(false))),
      message: (value) =>
        `${value} is no flat JSON object. Write {"device": "mobile"}, without lists or objects in it.`,
    },
  ]
}

function missing(column: string | null, broken: Expr, why: string, shownColumn: string | null = column): Rule {
  return {
    code: 'MISSING_VALUE',
    column: shownColumn,
    broken,
    message: () => `The column "${column ?? ''}" is empty. ${why}`,
  }
}

function tooLong(column: string, text: Expr, length: number): Rule {
  return {
    code: 'TOO_LONG',
    column,
    broken: isLongerThan(text, length),
    message: () => `The text in column "${column}" is longer than ${length} characters.`,
  }
}

function notANumber(column: string, broken: Expr, decimalComma: boolean): Rule {
  const remedy = decimalComma
    ? 'The mapping says that commas are decimal: write 1234,5 or 1.234,5.'
    : 'Write 1234.5; a mapping can allow decimal commas.'
  return {
    code: 'NOT_A_NUMBER',
    column,
    broken,
    message: (value) => `"${value}" is not a finite number. ${remedy}`,
  }
}

function tooLarge(column: string, number: Expr): Rule {
  return {
    code: 'OUT_OF_RANGE',
    column,
    broken: number.isFinite().and(number.abs().gt(pl.lit(limits.largestValue))),
    message: (value) => `${value} is larger than ${limits.largestValue}, the largest number that is exact to the unit.`,
  }
}

function rangeRules(
  column: string,
  applies: Expr,
  number: Expr,
  type: string,
  { minimum, maximum }: ValueRule,
): Rule[] {
  const rules: Rule[] = []
  if (minimum !== null) {
    rules.push({
      code: 'OUT_OF_RANGE',
      column,
      broken: applies.and(number.lt(pl.lit(minimum))),
      message: (value) => `${value} is below ${minimum}, the least value of a ${type}.`,
    })
  }
  if (maximum !== null) {
    rules.push({
      code: 'OUT_OF_RANGE',
      column,
      broken: applies.and(number.gt(pl.lit(maximum))),
      message: (value) => `${value} is above ${maximum}, the greatest value of a ${type}.`,
    })
  }
  return rules
}
