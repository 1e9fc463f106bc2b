import { expect, it } from 'vitest'
import type { ResultRow } from '../analysis/result-row.ts'
import { isNotComputable } from '../stats/not-computable.ts'
import { welchTTest } from '../stats/welch-t-test.ts'
import { resultsCsvLines } from './results-csv.ts'

it('a lift of which only a gap is ruled out tells the gap, and every row the standing of its analysis', () => {
  // A control that is not clearly above zero, and a treatment that is: Fieller's set has a gap and no ends.
  const test = welchTTest({ n: 30, mean: 0.1, m2: 29 }, { n: 30, mean: 3, m2: 29 })
  if (isNotComputable(test) || isNotComputable(test.relativeEffect)) throw new Error('expected a lift')
  const { gap } = test.relativeEffect.confidenceInterval
  const arm = { n: 30, mean: 0.1, standardDeviation: 1, total: 3, denominatorTotal: null }
  const row: ResultRow = {
    ...{ metricId: 'm', metricKey: 'revenue', controlId: 'c', treatmentId: 't', segment: null },
    ...{ method: 'WELCH_T', methodReason: '', control: arm, treatment: arm },
    effect: null,
    relativeEffect: { ...test.relativeEffect, standardError: null },
    relativeNotComputable: null,
    ...{ statistic: null, degreesOfFreedom: null, pValue: test.pValue, log10PValue: test.log10PValue },
    ...{ adjustedPValue: null, correction: 'NONE', family: 'all metrics', familySize: 1, isSignificant: true },
    ...{ adjustedEffect: null, adjustedRelativeEffect: null, adjustments: [], minimumDetectableEffect: null },
    ...{ effectSize: null, effectSizes: [], rank: null, notComputable: null, notes: [] },
  }
  const context = { analysisId: 'a', verdict: 'WITHHELD', interim: true }
  const lines = [...resultsCsvLines([{ id: 'r', row }], { variants: {}, metrics: {} }, context)]
  const [header, line] = lines.map((text) => text.trimEnd())
  const cells = line!.split(',')
  const cell = (name: string) => cells[header!.split(',').indexOf(name)]
  expect(gap).toBeDefined()
  expect([cell('lift_lower'), cell('lift_upper')]).toEqual(['', ''])
  expect([cell('lift_excluded_from'), cell('lift_excluded_to')].map(Number)).toEqual([gap!.lower, gap!.upper])
  expect([cell('interim'), cell('verdict')]).toEqual(['true', 'WITHHELD'])
})
