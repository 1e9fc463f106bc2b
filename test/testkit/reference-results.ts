import type { MetricResult } from '@fairlift/sdk'
import { expect } from 'vitest'
import './matchers.ts'
import type { MeanReference, ProportionReference } from './shared-datasets.ts'

/** The references were computed by other programs in double precision: they agree with exact arithmetic to 1e-13. */
const RELATIVE = 1e-9

/** Differences that are zero but for rounding, such as a tiny effect between large rates. */
const ABSOLUTE = 1e-12

/**
 * Share of an interval's half width by which the reference's ends may be off: SciPy 1.10's quantiles of Student's t are
 * not exact (at 56.777 degrees of freedom 6.3e-10 too small, found with 40 digits).
 */
const REFERENCE_QUANTILE = 1e-9

const near = { relative: RELATIVE, absolute: ABSOLUTE }

/** Fails unless a row says of two rates what the reference says: counts exactly, numbers to 1e-9. */
export function expectProportion(row: MetricResult, reference: ProportionReference): void {
  const { control, treatment } = reference
  expect(row).toMatchObject({
    method: 'CHI_SQUARE',
    controlStatistics: { n: control.n, total: control.x },
    treatmentStatistics: { n: treatment.n, total: treatment.x },
    effectSize: { name: 'COHENS_H' },
    notComputable: null,
  })
  expect({
    rates: [row.controlStatistics.mean, row.treatmentStatistics.mean],
    effect: row.effect?.estimate,
    lift: row.relativeEffect?.estimate,
    statistic: row.statistic,
    effectSize: row.effectSize?.value,
  }).toEqualNearly(
    {
      rates: [control.rate, treatment.rate],
      effect: reference.diff,
      lift: reference.relative_lift,
      statistic: reference.chi2_no_correction.stat,
      effectSize: reference.cohen_h,
    },
    near,
  )
  // A p-value may be tiny: no absolute tolerance.
  expect(row.pValue).toEqualNearly(reference.chi2_no_correction.p, { relative: RELATIVE })
  expectScoreInterval(row, reference)
  expectAgreement(row)
}

/**
 * The reference has Miettinen and Nurminen's interval, whose variance is larger than Mee's by n / (n - 1): Mee's lies
 * within it, and no further from its ends than the width divided by n.
 */
function expectScoreInterval({ effect }: MetricResult, reference: ProportionReference): void {
  const [lower, upper] = reference.diff_ci_miettinen_nurminen
  const apart = (upper - lower) / (reference.control.n + reference.treatment.n)
  const interval = effect!.confidenceInterval
  expect(interval.lower).toBeGreaterThanOrEqual(lower - ABSOLUTE)
  expect(interval.lower).toBeLessThanOrEqual(lower + apart)
  expect(interval.upper).toBeLessThanOrEqual(upper + ABSOLUTE)
  expect(interval.upper).toBeGreaterThanOrEqual(upper - apart)
}

/**
 * Fails unless a row says of two means, and of the ranks beside them, what the reference says.
 *
 * @param rankPValue where the reference's normal approximation is not what is used
 */
export function expectMean(
  row: MetricResult,
  reference: MeanReference,
  rankPValue = reference.mann_whitney.p_continuity_tie_corrected,
): void {
  const { control, treatment, welch, mann_whitney: ranks } = reference
  expect(row).toMatchObject({
    method: 'WELCH_T',
    controlStatistics: { n: control.n },
    treatmentStatistics: { n: treatment.n },
    effectSize: { name: 'COHENS_D' },
    notComputable: null,
  })
  const interval = row.effect!.confidenceInterval
  expect({
    control: [row.controlStatistics.total, row.controlStatistics.mean, row.controlStatistics.standardDeviation],
    treatment: [row.treatmentStatistics.total, row.treatmentStatistics.mean, row.treatmentStatistics.standardDeviation],
    effect: [row.effect!.estimate, row.effect!.standardError],
    lift: row.relativeEffect?.estimate,
    test: [row.statistic, row.degreesOfFreedom],
    effectSize: row.effectSize?.value,
    ranks: [row.rank?.statistic, row.rank?.probabilityOfSuperiority],
  }).toEqualNearly(
    {
      control: [control.sum, control.mean, control.sd],
      treatment: [treatment.sum, treatment.mean, treatment.sd],
      effect: [reference.diff, welch.se],
      lift: reference.relative_lift,
      test: [welch.t, welch.df],
      effectSize: reference.cohen_d_pooled,
      ranks: [ranks.U_treatment, ranks.prob_superiority],
    },
    near,
  )
  const halfWidth = (welch.ci[1] - welch.ci[0]) / 2
  expect([interval.lower, interval.upper]).toEqualNearly(welch.ci, {
    relative: 0,
    absolute: halfWidth * REFERENCE_QUANTILE,
  })
  expect([row.pValue, row.rank?.pValue]).toEqualNearly([welch.p, rankPValue], {
    relative: RELATIVE,
  })
  expectAgreement(row)
}

/** Fails when the p-value of a row and one of its intervals tell different stories: the first rule of the statistics. */
export function expectAgreement(row: MetricResult): void {
  const { level } = row.effect!.confidenceInterval
  for (const effect of [row.effect, row.relativeEffect]) {
    if (effect == null) continue
    const { kind, lower, upper, gap } = effect.confidenceInterval
    const excludesZero = {
      INTERVAL: (lower !== null && lower > 0) || (upper !== null && upper < 0),
      COMPLEMENT: gap !== null && gap.lower < 0 && gap.upper > 0,
      WHOLE_LINE: false,
    }[kind]
    expect(excludesZero).toBe(row.pValue! < 1 - level)
  }
}
