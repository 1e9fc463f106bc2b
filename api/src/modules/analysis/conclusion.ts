import type { Decision } from '../../analysis/decide.ts'
import type { Decomposition } from '../../analysis/decomposition.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import { type RevenueChange, revenueChanges, revenueSentence } from '../../analysis/revenue-change.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { AnalyseResult } from '../../jobs/compute/analyse-parts.ts'

/** What is stored as the decision of an analysis: with what it means in revenue, and where the revenue comes from. */
export type Conclusion = Decision & {
  /** Left out by analyses of before there were any, as are the decompositions. */
  revenueChanges?: RevenueChange[]
  decompositions?: Decomposition[]
}

/** The decision with its revenue; a treatment that is to be shipped says what it is expected to bring. */
export function concludeWith(
  decision: Decision,
  { rows, traffic, decompositions }: AnalyseResult,
  metrics: MetricDefinition[],
  settings: AnalysisSettings,
): Conclusion {
  const changes = revenueChanges(rows, metrics, traffic, settings.decision ?? {})
  const expected = changes.find(({ treatmentId }) => treatmentId === decision.treatmentId)
  const reasons = expected === undefined ? decision.reasons : [...decision.reasons, revenueSentence(expected)]
  return { ...decision, reasons, revenueChanges: changes, decompositions }
}
