import { isNotComputable, type NotComputable, notComputable } from '../stats/not-computable.ts'
import type { PowerOptions } from '../stats/power-options.ts'
import { proportionDetectableRates, proportionPower, proportionSampleSize } from '../stats/proportion-power.ts'
import { tTestDetectableEffect, tTestPower, tTestSampleSize } from '../stats/t-test-power.ts'

export interface SampleQuestion {
  kind: 'PROPORTION' | 'MEAN' | 'RATIO'
  /** Rate, mean per user, or ratio of the control. */
  baseline: number
  /** Of the values of one user; for a ratio of what one user contributes to it. Not for proportions. */
  standardDeviation: number | null
  /** Error that one test may make, in the sides of the test. */
  alpha: number
  sides: 1 | 2
  /** Whether smaller values are looked for. */
  isDecrease: boolean
  power: number
  /** Relative sizes of the variants, the control first. */
  shares: number[]
  /** The change that is looked for, absolute: with it and without users, users are the answer. */
  effect: number | null
  /** Users over all variants: with them and without an effect, the smallest detectable one is the answer. */
  units: number | null
  /** How many times the users of a single look the design needs. */
  inflation: number
}

export interface SamplePoint {
  units: number
  power: number | null
  /** Smallest detectable change at the wanted power, absolute, with its sign. */
  detectableEffect: number | null
}

export interface SampleAnswer {
  solvedFor: 'SAMPLE_SIZE' | 'POWER' | 'EFFECT'
  /** Null where there is no answer; see notComputable. */
  units: number | null
  unitsByVariant: number[] | null
  power: number | null
  /** The change looked for, or the smallest detectable one. */
  effect: number | null
  detectableEffect: number | null
  curve: SamplePoint[]
  notComputable: NotComputable | null
}

/** A variance needs two users. */
const FEWEST_UNITS = 2
/** More than ever were: a plan that asks for them is none. */
const MOST_UNITS = 1e12
/** In standard deviations: any smaller effect takes more users than that, at any level and power that is offered. */
const LEAST_EFFECT = 1e-7
/** Points of the curve, and how far it goes to both sides of the answer. */
const CURVE_POINTS = 13
const CURVE_SPAN = 8

/**
 * Users, power or effect of a test, from the two others, and how power and detectable effect grow with the users. The
 * smallest treatment decides: the others have more power.
 */
export function planSample(question: SampleQuestion): SampleAnswer {
  const { effect, power } = question
  const solvedFor = question.units === null ? 'SAMPLE_SIZE' : effect === null ? 'EFFECT' : 'POWER'
  if (solvedFor === 'SAMPLE_SIZE') {
    const n = controlUnits(question, effect!)
    if (typeof n !== 'number') return unanswered(solvedFor, n)
    const unitsByVariant = question.shares.map((share) =>
      Math.max(FEWEST_UNITS, Math.ceil((n * question.inflation * share) / question.shares[0]!)),
    )
    const units = sum(unitsByVariant)
    if (units > MOST_UNITS) return unanswered(solvedFor, notComputable('tooManyUnits'))
    const detectable = detectableEffect(question, units)
    return {
      solvedFor,
      units,
      unitsByVariant,
      power,
      effect,
      detectableEffect: typeof detectable === 'number' ? detectable : null,
      curve: curveOf(question, units, effect!),
      notComputable: null,
    }
  }
  const units = question.units!
  const unitsByVariant = question.shares.map((share) => Math.floor((units * share) / sum(question.shares)))
  if (unitsByVariant.some((own) => own < FEWEST_UNITS)) return unanswered(solvedFor, notComputable('tooFewUnits'))
  const detectable = detectableEffect(question, units)
  const sought = effect ?? (typeof detectable === 'number' ? detectable : null)
  const reached = effect === null ? power : powerAt(question, units, effect)
  const problem = [effect === null ? detectable : null, reached].find((one) => one !== null && typeof one !== 'number')
  return {
    solvedFor,
    units,
    unitsByVariant,
    power: typeof reached === 'number' ? reached : null,
    effect: sought,
    detectableEffect: typeof detectable === 'number' ? detectable : null,
    curve: sought === null ? [] : curveOf(question, units, sought),
    notComputable: (problem as NotComputable | undefined) ?? null,
  }
}

function unanswered(solvedFor: SampleAnswer['solvedFor'], problem: NotComputable): SampleAnswer {
  const nothing = { units: null, unitsByVariant: null, power: null, effect: null, detectableEffect: null, curve: [] }
  return { solvedFor, ...nothing, notComputable: problem }
}

function optionsOf({ alpha, sides, shares }: SampleQuestion): PowerOptions {
  return { alpha, sides, ratio: Math.min(...shares.slice(1)) / shares[0]! }
}

/** Users of the control for a design with one look. */
function controlUnits(question: SampleQuestion, effect: number): number | NotComputable {
  const { kind, baseline, standardDeviation, power } = question
  if (kind !== 'PROPORTION' && Math.abs(effect) < LEAST_EFFECT * standardDeviation!)
    return notComputable('tooManyUnits')
  if (kind !== 'PROPORTION') return tTestSampleSize(effect, standardDeviation!, power, optionsOf(question))
  const result = proportionSampleSize(baseline, baseline + effect, power, optionsOf(question))
  return isNotComputable(result) ? result : result.n
}

/** Users of the control, as many as count in a design with one look. */
function controlShare({ shares, inflation }: SampleQuestion, units: number): number {
  return (units * shares[0]!) / sum(shares) / inflation
}

function powerAt(question: SampleQuestion, units: number, effect: number): number | NotComputable {
  const { kind, baseline, standardDeviation } = question
  const n = controlShare(question, units)
  const options = optionsOf(question)
  if (kind !== 'PROPORTION') return tTestPower(Math.max(n, fewest(options)), effect, standardDeviation!, options)
  const result = proportionPower(n, baseline, baseline + effect, options)
  return isNotComputable(result) ? result : result.power
}

function detectableEffect(question: SampleQuestion, units: number): number | NotComputable | null {
  const { kind, baseline, standardDeviation, power, isDecrease } = question
  const n = controlShare(question, units)
  const options = optionsOf(question)
  if (kind !== 'PROPORTION') {
    const size = tTestDetectableEffect(Math.max(n, fewest(options)), standardDeviation!, power, options)
    return isDecrease ? -size : size
  }
  const rates = proportionDetectableRates(n, baseline, power, options)
  if (isNotComputable(rates)) return rates
  const rate = isDecrease ? rates.below : rates.above
  return rate === null ? null : rate - baseline
}

/** A t test needs a degree of freedom. */
function fewest({ ratio = 1 }: PowerOptions): number {
  return 3 / (1 + ratio)
}

function curveOf(question: SampleQuestion, units: number, effect: number): SamplePoint[] {
  const least = FEWEST_UNITS * question.shares.length
  const points = Array.from({ length: CURVE_POINTS }, (_, i) =>
    Math.max(least, Math.round(units * CURVE_SPAN ** ((2 * i) / (CURVE_POINTS - 1) - 1))),
  )
  const number = (value: number | NotComputable | null) => (typeof value === 'number' ? value : null)
  return [...new Set(points)].map((at) => ({
    units: at,
    power: number(powerAt(question, at, effect)),
    detectableEffect: number(detectableEffect(question, at)),
  }))
}

function sum(values: number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
