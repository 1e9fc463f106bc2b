import type { Method } from '../../analysis/result-row.ts'
import type { Correction } from '../../analysis/settings.ts'
import type { ReportSubject } from '../report-subject.ts'

/** A method with what it computes and where that is from. */
export interface MethodNote {
  name: string
  formula: string
  source: string
}

const tests: Record<Method, MethodNote> = {
  CHI_SQUARE: {
    name: 'Pearson’s chi-square test',
    formula:
      'χ² = (p₁ − p₀)² / (p (1 − p) (1/n₁ + 1/n₀)), p the rate of both variants together, 1 degree of freedom, no continuity correction. Difference: Mee’s score interval. Lift: Koopman’s score interval for p₁ / p₀, less 1. Both hold the values that this test does not reject.',
    source: 'Pearson (1900); Mee (1984); Koopman (1984)',
  },
  FISHER_EXACT: {
    name: 'Fisher’s exact test',
    formula:
      'Sum of the hypergeometric probabilities of all tables with the same margins that are no more likely than this one; used where an expected count is below 5. Intervals: score intervals that end at “no change” where they would decide otherwise than the test.',
    source: 'Fisher (1935); Mee (1984); Koopman (1984)',
  },
  WELCH_T: {
    name: 'Welch’s t test',
    formula:
      't = (m₁ − m₀) / √(s₁²/n₁ + s₀²/n₀), degrees of freedom by Satterthwaite. Difference: estimate ± t × standard error. Lift: Fieller’s set of the ratios r for which m₁ − r m₀ is not told apart from 0.',
    source: 'Welch (1947); Fieller (1954)',
  },
  MANN_WHITNEY: {
    name: 'Mann and Whitney’s rank test',
    formula:
      'U = R₁ − n₁ (n₁ + 1) / 2, R₁ the sum of the treatment’s ranks; exact up to 50 users without ties, else normal with ties and continuity allowed for. Shift: Hodges and Lehmann.',
    source: 'Mann and Whitney (1947); Hodges and Lehmann (1963)',
  },
  RATIO_DELTA: {
    name: 'Delta method for ratios',
    formula:
      'R = Σy / Σx; variance Σ(y − R x)² / (Σx)² × k / (k − 1), k = (Σx)² / Σx² the effective number of users with a denominator; t reference with degrees of freedom by Satterthwaite. Lift: Fieller’s set.',
    source: 'Deng, Knoblich and Lu (2018); Kish (1965); Fieller (1954)',
  },
  QUANTILE_ORDER_STATISTICS: {
    name: 'Quantiles by order statistics',
    formula:
      'Quantile by definition 7; standard error from the width between the quantiles at p ± z √(p (1 − p) / n), over 2 z; normal reference. Lift: delta method on the logarithm.',
    source: 'Hyndman and Fan (1996); Deng, Knoblich and Lu (2018)',
  },
  CUPED: {
    name: 'Welch’s t test, adjusted by the time before (CUPED)',
    formula:
      'Welch’s t test of y − θ (x − x̄), x what the same users did before their exposure, θ = S(xy) / S(xx) within all variants together: the same effect, with (1 − ρ²) times the variance.',
    source: 'Deng, Xu, Kohavi and Walker (2013)',
  },
}

const corrections: Record<Exclude<Correction, 'NONE'>, MethodNote> = {
  BENJAMINI_HOCHBERG: {
    name: 'Benjamini and Hochberg’s correction',
    formula:
      'Adjusted p of the i-th smallest of m: min over j ≥ i of p(j) m / j. Bounds the expected share of false ones among what is found. Intervals at level 1 − R α / m, R of m found.',
    source: 'Benjamini and Hochberg (1995); Benjamini and Yekutieli (2005)',
  },
  BENJAMINI_YEKUTIELI: {
    name: 'Benjamini and Yekutieli’s correction',
    formula: 'As Benjamini and Hochberg’s, times 1 + 1/2 + … + 1/m: for tests that depend on each other in any way.',
    source: 'Benjamini and Yekutieli (2001)',
  },
  HOLM: {
    name: 'Holm’s correction',
    formula: 'Adjusted p of the i-th smallest of m: max over j ≤ i of (m − j + 1) p(j). Intervals at level 1 − α / m.',
    source: 'Holm (1979)',
  },
  HOCHBERG: {
    name: 'Hochberg’s correction',
    formula: 'Adjusted p of the i-th smallest of m: min over j ≥ i of (m − j + 1) p(j). Intervals at level 1 − α / m.',
    source: 'Hochberg (1988)',
  },
  BONFERRONI: {
    name: 'Bonferroni’s correction',
    formula: 'Adjusted p = m p, 1 at most. Intervals at level 1 − α / m.',
    source: 'Dunn (1961)',
  },
}

const looks: Record<'GROUP_SEQUENTIAL' | 'ALWAYS_VALID', MethodNote> = {
  GROUP_SEQUENTIAL: {
    name: 'Group-sequential design',
    formula:
      'The error α is spent over the looks by a spending function of the share of the planned users; each look is tested at the error that it may spend. P-values and intervals are those of repeated confidence intervals.',
    source: 'Lan and DeMets (1983); Jennison and Turnbull (1989)',
  },
  ALWAYS_VALID: {
    name: 'Always-valid intervals',
    formula:
      'Asymptotic confidence sequence of a normal mixture: all intervals of all looks together hold the level, however often one looks.',
    source: 'Robbins (1970); Waudby-Smith and others (2024)',
  },
}

const alwaysUsed: MethodNote[] = [
  {
    name: 'Sample ratio mismatch',
    formula:
      'χ² = Σ (users − expected)² / expected over the variants, against the configured split; fails below p = 0.001.',
    source: 'Fabijan and others (2019)',
  },
  {
    name: 'Minimum detectable effect',
    formula:
      'The effect that the row’s test finds with 80 % power at its users and level: (t(α) + t(0.8)) × standard error.',
    source: 'Bloom (1995)',
  },
]

/** The methods that the rows of an analysis were made with, each once, in the order in which they act. */
export function methodsUsed({ rows, settings }: ReportSubject): MethodNote[] {
  const used = [...new Set(rows.map(({ method }) => method))].map((method) => tests[method])
  const isRanked = rows.some(({ method, rank }) => method !== 'MANN_WHITNEY' && rank !== null)
  return [
    ...used,
    ...(isRanked ? [tests.MANN_WHITNEY] : []),
    ...(settings.looks === undefined ? [] : [looks[settings.looks.kind]]),
    ...(settings.correction === 'NONE' ? [] : [corrections[settings.correction]]),
    ...alwaysUsed,
  ]
}
