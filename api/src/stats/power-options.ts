/** What a plan promises and how its test decides. */
export interface PowerOptions {
  /** Probability of finding an effect that is not there, both sides together. Default 0.05. */
  alpha?: number
  /** 2: an effect in either direction counts; 1: only in the direction that is planned for. Default 2. */
  sides?: 1 | 2
  /** Users of the treatment for each user of the control. Default 1. */
  ratio?: number
  /** Whether finding an effect of the wrong sign counts as finding it, as some programs do. Default false. */
  countWrongSide?: boolean
}

export interface ResolvedPowerOptions {
  /** in each tail that is looked at */
  tailAlpha: number
  ratio: number
  countWrongSide: boolean
}

/** Errors: RangeError for an alpha outside (0, 1), one-sided outside (0, 1/2), a ratio that is not positive. */
export function resolvePowerOptions(options: PowerOptions): ResolvedPowerOptions {
  const { alpha = 0.05, sides = 2, ratio = 1, countWrongSide = false } = options
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`)
  if (sides !== 1 && sides !== 2) throw new RangeError(`sides must be 1 or 2, got ${String(sides)}`)
  if (!(ratio > 0 && ratio < Infinity)) throw new RangeError(`ratio must be a positive number, got ${ratio}`)
  return { tailAlpha: alpha / sides, ratio, countWrongSide: countWrongSide && sides === 2 }
}

/** The power that a sample size or an effect is sought for: what any test has without an effect is no aim. */
export function requireTargetPower(power: number, { tailAlpha, countWrongSide }: ResolvedPowerOptions): void {
  const least = countWrongSide ? 2 * tailAlpha : tailAlpha
  if (!(power > least && power < 1)) throw new RangeError(`power must be above ${least} and below 1, got ${power}`)
}

export function requireUnits(n: number, least = 0): void {
  if (!(n > least && n < Infinity)) throw new RangeError(`n must be a number above ${least}, got ${n}`)
}

export function requireSpread(standardDeviation: number): void {
  if (!(standardDeviation > 0 && standardDeviation < Infinity)) {
    throw new RangeError(`standardDeviation must be a positive number, got ${standardDeviation}`)
  }
}

export function requireEffect(effect: number): void {
  if (!(Number.isFinite(effect) && effect !== 0)) throw new RangeError(`effect must not be 0, got ${effect}`)
}
