import { equalFractions, type LookPlan, planLooks } from '../../analysis/plan-looks.ts'
import { planSample, type SampleAnswer, type SampleQuestion } from '../../analysis/plan-sample.ts'
import { resolveSpending, type Spending, spendingFunctionOf, spendingProblem } from '../../analysis/spending.ts'
import { AppError } from '../../errors.ts'
import { sequentialCost } from '../../stats/group-sequential-power.ts'
import { type Alternative, alphaOf } from '../../stats/inference-options.ts'
import type { MeasuredMetric, MeasuredMetricService } from './measured-metric.service.ts'

export type { LookPlan }

export interface PlanLooksRequest {
  looks?: number | null
  informationFractions?: number[] | null
  spending?: Spending | null
  gamma?: number | null
  level?: number | null
  alternative?: Alternative | null
  power?: number | null
  plannedUnits?: number | null
}

export interface PlanSampleRequest {
  experimentId?: string | null
  metric?: string | null
  kind?: SampleQuestion['kind'] | null
  baseline?: number | null
  standardDeviation?: number | null
  relativeEffect?: number | null
  absoluteEffect?: number | null
  units?: number | null
  power?: number | null
  level?: number | null
  alternative?: Alternative | null
  trafficSplit?: number[] | null
  tests?: number | null
  dailyUnits?: number | null
  looks?: { looks: number; spending?: Spending | null; gamma?: number | null } | null
}

interface PlannedEffect {
  absolute: number
  relative: number | null
}

/** The answer with what it was computed from. */
export interface SamplePlan extends Omit<SampleAnswer, 'effect' | 'detectableEffect' | 'curve'> {
  effect: PlannedEffect | null
  detectableEffect: PlannedEffect | null
  days: number | null
  dailyUnits: number | null
  baseline: number
  standardDeviation: number | null
  alphaPerTest: number
  tests: number
  trafficSplit: number[]
  inflation: number
  method: string
  curve: { units: number; days: number | null; power: number | null; detectableEffect: PlannedEffect | null }[]
  notes: string[]
}

const RANGES = {
  level: [0.8, 0.999],
  power: [0.5, 0.999],
  looks: [1, 20],
  tests: [1, 1000],
  units: [4, 1e12],
} as const
/** Of values, whatever their currency; further out the numbers overflow. */
const LARGEST = 1e100
/** Looks that lie closer are one look for all that a plan can say. */
const LEAST_STEP = 0.001

const METHODS = {
  PROPORTION: 'Pearson’s chi-square test of two rates.',
  MEAN: 'The t test of two means, both variants varying alike.',
  RATIO: 'The t test of what each user contributes to the ratio, both variants varying alike.',
}

/** Plans experiments: nothing is stored. */
export class PlanningService {
  readonly #measured: MeasuredMetricService

  constructor(measured: MeasuredMetricService) {
    this.#measured = measured
  }

  /** @throws AppError NOT_FOUND, NO_DATA, BAD_INPUT */
  async sample(request: PlanSampleRequest): Promise<SamplePlan> {
    const measured =
      request.experimentId == null ? null : await this.#measured.measure(request.experimentId, request.metric ?? null)
    const question = questionOf(request, measured)
    const { baseline, standardDeviation, shares, inflation } = question
    const dailyUnits = request.dailyUnits ?? measured?.dailyUnits ?? null
    require(dailyUnits === null || dailyUnits > 0, 'dailyUnits', `above 0, got ${dailyUnits}`)
    const answer = planSample(question)
    const effectOf = (absolute: number | null): PlannedEffect | null =>
      absolute === null ? null : { absolute, relative: baseline === 0 ? null : absolute / Math.abs(baseline) }
    const daysFor = (units: number | null) => (units === null || dailyUnits === null ? null : units / dailyUnits)
    const tests = testsOf(request, shares)
    const total = shares.reduce((sum, share) => sum + share, 0)
    return {
      ...answer,
      effect: effectOf(answer.effect),
      detectableEffect: effectOf(answer.detectableEffect),
      days: daysFor(answer.units),
      dailyUnits,
      baseline,
      standardDeviation,
      alphaPerTest: question.alpha,
      tests,
      trafficSplit: shares.map((share) => share / total),
      inflation,
      method: METHODS[question.kind],
      curve: answer.curve.map(({ units, power, detectableEffect }) => ({
        units,
        power,
        days: daysFor(units),
        detectableEffect: effectOf(detectableEffect),
      })),
      notes: notesOn(request, measured, question),
    }
  }

  /** @throws AppError BAD_INPUT */
  looks(request: PlanLooksRequest): LookPlan {
    const { level, power, sides } = settingsOf(request)
    const fractions = fractionsOf(request)
    const plannedUnits = request.plannedUnits ?? null
    if (plannedUnits !== null) requireRange('plannedUnits', plannedUnits, RANGES.units)
    const alpha = alphaOf(level)
    const spending = spendingOf(request)
    return planLooks({ ...spending, informationFractions: fractions, alpha, sides, power, plannedUnits })
  }
}

function questionOf(request: PlanSampleRequest, measured: MeasuredMetric | null): SampleQuestion {
  const { level, power, sides } = settingsOf(request)
  const kind = required('kind', request.kind ?? measured?.kind)
  const baseline = required('baseline', request.baseline ?? measured?.baseline)
  require(Math.abs(baseline) <= LARGEST, 'baseline', `a number up to ${LARGEST}, got ${baseline}`)
  const isRate = kind === 'PROPORTION'
  require(!isRate || (baseline >= 0 && baseline <= 1), 'baseline', `a rate from 0 to 1, got ${baseline}`)
  const spread = isRate ? null : required('standardDeviation', request.standardDeviation ?? measured?.standardDeviation)
  const isSpread = spread === null || (spread >= 1 / LARGEST && spread <= LARGEST)
  require(isSpread, 'standardDeviation', `above 0 and at most ${LARGEST}, got ${spread}`)
  const effect = effectOf(request, baseline, isRate)
  const units = request.units ?? null
  if (units !== null) requireRange('units', units, RANGES.units)
  require(effect !== null || units !== null, 'units', 'given when there is no effect to look for')
  const shares = request.trafficSplit ?? measured?.trafficSplit ?? [1, 1]
  require(shares.length >= 2 && shares.length <= 50, 'trafficSplit', `the shares of 2 to 50 variants`)
  require(shares.every((share) => share > 0 && share <= 1e6), 'trafficSplit', 'of shares above 0')
  const alpha = alphaOf(level) / testsOf(request, shares)
  const { alternative } = request
  const isDecrease = effect === null ? alternative === 'less' : effect < 0
  const isSought = effect === null || alternative !== (isDecrease ? 'greater' : 'less')
  require(isSought, 'alternative', 'the direction of the effect, or both')
  const inflation = request.looks == null ? 1 : inflationOf(request.looks, alpha, sides, power)
  const common = { baseline, alpha, sides, isDecrease, power, shares, effect, units, inflation }
  return { kind, standardDeviation: spread, ...common }
}

function inflationOf(looks: NonNullable<PlanSampleRequest['looks']>, alpha: number, sides: 1 | 2, power: number) {
  requireRange('looks.looks', looks.looks, RANGES.looks, true)
  const spending = spendingFunctionOf(spendingOf(looks, 'looks.'))
  return sequentialCost(equalFractions(looks.looks), { alpha, sides, spending }, power).inflation
}

function effectOf(request: PlanSampleRequest, baseline: number, isRate: boolean): number | null {
  const { relativeEffect, absoluteEffect } = request
  if (relativeEffect == null && absoluteEffect == null) return null
  require(relativeEffect == null || absoluteEffect == null, 'absoluteEffect', 'left out beside relativeEffect')
  const field = relativeEffect == null ? 'absoluteEffect' : 'relativeEffect'
  const effect = absoluteEffect ?? relativeEffect! * Math.abs(baseline)
  const isChange = effect !== 0 && Math.abs(effect) <= LARGEST
  require(isChange, field, `a change that is not 0 and at most ${LARGEST}, got ${effect}`)
  const rate = baseline + effect
  require(!isRate || (rate >= 0 && rate <= 1), field, `a change to a rate from 0 to 1, got ${rate}`)
  return effect
}

function testsOf({ tests }: PlanSampleRequest, shares: number[]): number {
  const wanted = tests ?? shares.length - 1
  requireRange('tests', wanted, RANGES.tests, true)
  return wanted
}

function settingsOf(request: Pick<PlanSampleRequest, 'level' | 'power' | 'alternative'>) {
  const level = request.level ?? 0.95
  const power = request.power ?? 0.8
  requireRange('level', level, RANGES.level)
  requireRange('power', power, RANGES.power)
  const sides: 1 | 2 = (request.alternative ?? 'two-sided') === 'two-sided' ? 2 : 1
  return { level, power, sides }
}

function fractionsOf({ looks, informationFractions }: PlanLooksRequest): number[] {
  if (informationFractions == null) {
    const wanted = looks ?? 5
    requireRange('looks', wanted, RANGES.looks, true)
    return equalFractions(wanted)
  }
  require(looks == null, 'looks', 'left out beside informationFractions')
  const [least, most] = RANGES.looks
  const { length } = informationFractions
  require(length >= least && length <= most, 'informationFractions', `${least} to ${most} shares, got ${length}`)
  const isRising = informationFractions.every(
    (one, k) => one - (informationFractions[k - 1] ?? 0) >= LEAST_STEP * 0.999,
  )
  require(isRising, 'informationFractions', `shares that rise by ${LEAST_STEP} or more`)
  require(informationFractions.at(-1) === 1, 'informationFractions', 'shares whose last one is 1')
  return informationFractions
}

function spendingOf(choice: { spending?: Spending | null; gamma?: number | null }, path = '') {
  const problem = spendingProblem(choice)
  if (problem !== null) throw badInput(`${path}${problem.field}`, problem.message)
  return resolveSpending(choice)
}

function notesOn(request: PlanSampleRequest, measured: MeasuredMetric | null, { inflation }: SampleQuestion): string[] {
  const notes: string[] = []
  const taken = measured === null ? [] : measuredParts(request, measured)
  if (taken.length > 0) notes.push(`Measured in the experiment (${measured!.name}): ${taken.join(', ')}.`)
  if (measured !== null && request.dailyUnits == null && measured.dailyUnits !== null) {
    notes.push('Traffic is the mean of new users a day so far: it falls as users come back.')
  }
  if (inflation > 1) notes.push(`Looks before the end ask for ${((inflation - 1) * 100).toFixed(1)} % more users.`)
  return notes
}

function measuredParts(request: PlanSampleRequest, { kind, dailyUnits }: MeasuredMetric): string[] {
  return [
    ...(request.baseline == null ? ['baseline'] : []),
    ...(request.standardDeviation == null && kind !== 'PROPORTION' ? ['standard deviation'] : []),
    ...(request.trafficSplit == null ? ['traffic split'] : []),
    ...(request.dailyUnits == null && dailyUnits !== null ? ['users a day'] : []),
  ]
}

function required<Value>(field: string, value: Value | null | undefined): Value {
  if (value == null) throw badInput(field, `"${field}" is needed: give it, or an experiment that was analysed.`)
  return value
}

function requireRange(field: string, value: number, [least, most]: readonly [number, number], isWhole = false): void {
  const isInside = value >= least && value <= most && (!isWhole || Number.isInteger(value))
  require(isInside, field, `${isWhole ? 'a whole number ' : ''}from ${least} to ${most}, got ${value}`)
}

function require(isAllowed: boolean, field: string, rule: string): asserts isAllowed {
  if (!isAllowed) throw badInput(field, `"${field}" must be ${rule}.`)
}

function badInput(field: string, message: string): AppError {
  return new AppError('BAD_INPUT', message, { details: { argument: `input.${field}` } })
}
