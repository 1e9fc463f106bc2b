/** The hypothesis that a test speaks for: that the treatment differs from, exceeds, or falls short of the control. */
export type Alternative = 'two-sided' | 'greater' | 'less'

export interface InferenceOptions {
  /** confidence level, in (0, 1); for one-sided alternatives in (0.5, 1). Default 0.95 */
  level?: number
  /** default 'two-sided' */
  alternative?: Alternative
  /**
   * In place of 1 - level, in (0, 1): an interval that has its level over several looks together is made at one of them
   * with a smaller error, and keeps its level as its name.
   */
  alpha?: number
}

export interface ResolvedOptions {
  level: number
  alternative: Alternative
  /** 1 - level: a p-value below it is significant */
  alpha: number
  /** the probability in each tail that the alternative looks at: alpha / 2 when two-sided, else alpha */
  tailAlpha: number
}

/** Options with their defaults. Errors: RangeError for a level outside its domain or an unknown alternative. */
export function resolveOptions(options: InferenceOptions = {}): ResolvedOptions {
  const { level = 0.95, alternative = 'two-sided' } = options
  if (!(level > 0 && level < 1)) throw new RangeError(`level must be in (0, 1), got ${level}`)
  const alpha = options.alpha ?? alphaOf(level)
  if (!(alpha > 0 && alpha < 1)) throw new RangeError(`alpha must be in (0, 1), got ${alpha}`)
  if (alternative === 'two-sided') return { level, alternative, alpha, tailAlpha: alpha / 2 }
  if (alternative !== 'greater' && alternative !== 'less') {
    throw new RangeError(`alternative must be 'two-sided', 'greater' or 'less', got ${String(alternative)}`)
  }
  // Below 1/2 the "bound" would lie on the wrong side of the estimate.
  if (level <= 0.5) throw new RangeError(`level must be in (0.5, 1) for a one-sided alternative, got ${level}`)
  return { level, alternative, alpha, tailAlpha: alpha }
}

/** Levels are typed with a few decimals; further ones are left by the subtraction. */
const DECIMALS = 1e15

/**
 * The alpha that belongs to a level. In binary 1 - 0.95 is 0.050000000000000044: a p-value of exactly 0.05 would be
 * significant at level 0.95 and not at alpha 0.05. So the difference is rounded to the decimals a level carries.
 */
export function alphaOf(level: number): number {
  const alpha = 1 - level
  return Math.round(alpha * DECIMALS) / DECIMALS || alpha
}
