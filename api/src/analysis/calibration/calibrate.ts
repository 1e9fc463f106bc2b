import type { AggregationPlan } from '../../engine/plan.ts'
import { positionOf } from '../../engine/merge-plans.ts'
import type { UnitPool } from '../../engine/unit-pool.ts'
import { type ConfidenceInterval, excludesZero } from '../../stats/confidence-interval.ts'
import { alphaOf } from '../../stats/inference-options.ts'
import { analyseEffects } from '../analyse-experiment.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import type { Method, UnadjustedRow } from '../result-row.ts'
import type { AnalysisSettings } from '../settings.ts'
import { capPool } from './cap-pool.ts'
import { UnitDealer } from './deal-units.ts'
import { judge, type CalibrationVerdict } from './judge-calibration.ts'
import { SeededRandom } from './seeded-random.ts'
import { shareOf, type Share } from './share.ts'

/** How one metric and treatment fared when the experiment's own users were dealt out anew. */
export interface CalibrationRow {
  metricId: string
  metricKey: string
  controlId: string
  treatmentId: string
  /** The method that was used most often; null where nothing could be computed. */
  method: Method | null
  /** Deals that could be tested. */
  tested: number
  /** Deals that the method called significant although there was no effect. */
  falsePositives: Share
  /** Of those, the ones in which the treatment's value was the larger, and the smaller. */
  falseIncreases: Share
  falseDecreases: Share
  /** Deals whose interval of the effect kept the truth: no effect. Null where there is no such interval. */
  coverage: Share | null
  /** The same of the lift. */
  relativeCoverage: Share | null
  verdict: CalibrationVerdict
  /** The verdict in a sentence. */
  summary: string
}

export interface CalibrationOptions {
  replications: number
  seed: number
  onProgress?: (share: number) => void
}

/**
 * Whether the methods can be trusted on these users: they are dealt out to the variants anew, thousands of times, and
 * each deal is analysed as the experiment was. Between such groups there is no effect, so a method at level 0.95 should
 * find one in 5 % of the deals, and its intervals should keep "no effect" in 95 %.
 *
 * Each test is looked at by itself: p-values are not adjusted for their number, and there are no segments.
 *
 * See Fisher (1935), "The design of experiments", chapter 3, on re-randomising the units of one's own experiment.
 *
 * @param plan as made by planAnalysis for these metrics and settings
 */
export function calibrate(
  metrics: MetricDefinition[],
  plan: AggregationPlan,
  pool: UnitPool,
  settings: AnalysisSettings,
  { replications, seed, onProgress = () => undefined }: CalibrationOptions,
): CalibrationRow[] {
  const dealer = new UnitDealer(
    plan,
    capPool(plan, pool, settings),
    new SeededRandom(seed),
    cellsFor(metrics, plan, settings),
  )
  const tallies = new Map<string, Tally>()
  for (let replication = 0; replication < replications; replication++) {
    for (const row of analyseEffects(metrics, plan, dealer.deal(), settings)) {
      const name = `${row.metricId} ${row.treatmentId}`
      let tally = tallies.get(name)
      if (tally === undefined) tallies.set(name, (tally = new Tally(row, alphaOf(settings.level))))
      tally.add(row)
    }
    onProgress((replication + 1) / replications)
  }
  return [...tallies.values()].map((tally) => tally.row(replications))
}

/** The distributions without which a method says nothing. The rank test beside the test of means is not looked at here. */
function cellsFor(metrics: MetricDefinition[], plan: AggregationPlan, { methods }: AnalysisSettings): number[] {
  const isRanked = (key: string) => methods.some(({ metric, method }) => metric === key && method === 'MANN_WHITNEY')
  const ranked = metrics.filter(({ key, kind }) => kind === 'QUANTILE' || isRanked(key))
  return [...new Set(ranked.map(({ numerator }) => positionOf(plan.measures, numerator)))]
}

/** What was counted of one metric and treatment. */
class Tally {
  readonly #ids: Pick<UnadjustedRow, 'metricId' | 'metricKey' | 'controlId' | 'treatmentId'>
  readonly #alpha: number
  readonly #methods = new Map<Method, number>()
  #tested = 0
  #increases = 0
  #decreases = 0
  readonly #absolute = { intervals: 0, kept: 0 }
  readonly #relative = { intervals: 0, kept: 0 }

  constructor({ metricId, metricKey, controlId, treatmentId }: UnadjustedRow, alpha: number) {
    this.#ids = { metricId, metricKey, controlId, treatmentId }
    this.#alpha = alpha
  }

  add({ pValue, method, effect, relativeEffect, control, treatment }: UnadjustedRow): void {
    if (pValue === null) return
    this.#tested++
    this.#methods.set(method, (this.#methods.get(method) ?? 0) + 1)
    const difference = effect?.estimate ?? (treatment.mean ?? 0) - (control.mean ?? 0)
    if (pValue < this.#alpha) {
      if (difference > 0) this.#increases++
      else this.#decreases++
    }
    look(this.#absolute, effect?.confidenceInterval)
    look(this.#relative, relativeEffect?.confidenceInterval)
  }

  row(replications: number): CalibrationRow {
    const tested = this.#tested
    const [method] = [...this.#methods].sort(([, a], [, b]) => b - a)[0] ?? [null]
    const falsePositives = shareOf(this.#increases + this.#decreases, tested)
    return {
      ...this.#ids,
      method,
      tested,
      falsePositives,
      falseIncreases: shareOf(this.#increases, tested),
      falseDecreases: shareOf(this.#decreases, tested),
      coverage: coverageOf(this.#absolute),
      relativeCoverage: coverageOf(this.#relative),
      ...judge(falsePositives, tested, replications, this.#alpha),
    }
  }
}

function look(seen: { intervals: number; kept: number }, interval: ConfidenceInterval | undefined): void {
  if (interval === undefined) return
  seen.intervals++
  if (!excludesZero(interval)) seen.kept++
}

function coverageOf({ intervals, kept }: { intervals: number; kept: number }): Share | null {
  return intervals === 0 ? null : shareOf(kept, intervals)
}
