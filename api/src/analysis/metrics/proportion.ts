import { endAtNoEffect } from '../../stats/agree-with-p-value.ts'
import { chiSquareTest } from '../../stats/chi-square-test.ts'
import { cohensH } from '../../stats/cohens-h.ts'
import type { ConfidenceInterval } from '../../stats/confidence-interval.ts'
import { fisherExactTest } from '../../stats/fisher-exact-test.ts'
import { resolveOptions } from '../../stats/inference-options.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import type { Proportion } from '../../stats/proportion.ts'
import { type Arm, momentsOf, totalOf } from '../arm.ts'
import type { MetricDefinition } from '../metric-definition.ts'
import { type ArmStatistics, type Comparison, withoutResult } from '../result-row.ts'
import type { MethodOverride } from '../settings.ts'
import type { MetricAnalysis } from './metric-analysis.ts'

/** Below this expected count Pearson's chi-square is a rough guide, and Fisher's exact test takes over. */
const LEAST_EXPECTED_COUNT = 5

/** Share of users who did something: conversion rate. Chi-square, or Fisher's exact test where users are few. */
export const proportion: MetricAnalysis = {
  methods: ['CHI_SQUARE', 'FISHER_EXACT'],
  needs: ({ numerator }) => ({ measures: [numerator] }),
  compare(metric, controlArm, treatmentArm, { inference, ...choice }) {
    const control = proportionOf(controlArm, metric)
    const treatment = proportionOf(treatmentArm, metric)
    const arms = { control: statistics(control), treatment: statistics(treatment) }
    const chiSquare = chiSquareTest(control, treatment, inference)
    const expected = isNotComputable(chiSquare) ? null : chiSquare.smallestExpectedCount
    const { method, methodReason } = chooseMethod(choice.method, expected)
    const base: Pick<
      Comparison,
      'control' | 'treatment' | 'method' | 'methodReason' | 'effectSize' | 'rank' | 'notes'
    > = {
      ...arms,
      method,
      methodReason,
      effectSize: effectSizeOf(control, treatment),
      rank: null,
      notes: [],
    }
    if (isNotComputable(chiSquare)) return { ...base, ...withoutResult(chiSquare) }
    const lift = chiSquare.relativeEffect
    const comparison: Comparison = {
      ...base,
      effect: {
        estimate: chiSquare.estimate,
        standardError: chiSquare.standardError,
        confidenceInterval: chiSquare.confidenceInterval,
      },
      relativeEffect: isNotComputable(lift) ? null : { ...lift, standardError: null },
      relativeNotComputable: isNotComputable(lift) ? lift : null,
      statistic: chiSquare.statistic,
      degreesOfFreedom: chiSquare.degreesOfFreedom,
      pValue: chiSquare.pValue,
      log10PValue: chiSquare.log10PValue,
      notComputable: null,
    }
    if (method !== 'FISHER_EXACT') return comparison
    const fisher = fisherExactTest(control, treatment, inference)
    if (isNotComputable(fisher)) return { ...comparison, ...withoutResult(fisher) }
    const { alpha } = resolveOptions(inference)
    const settled = <Of extends { confidenceInterval: ConfidenceInterval }>(effect: Of): Of => ({
      ...effect,
      confidenceInterval: endAtNoEffect(effect.confidenceInterval, fisher.pValue, alpha),
    })
    return {
      ...comparison,
      effect: comparison.effect && settled(comparison.effect),
      relativeEffect: comparison.relativeEffect && settled(comparison.relativeEffect),
      statistic: null,
      degreesOfFreedom: null,
      pValue: fisher.pValue,
      log10PValue: fisher.log10PValue,
      notes: [
        'The intervals invert the score test. Where Fisher’s exact test decides otherwise about “no effect”, they end there.',
      ],
    }
  },
}

function chooseMethod(
  method: MethodOverride | undefined,
  expected: number | null,
): Pick<Comparison, 'method' | 'methodReason'> {
  if (method === 'FISHER_EXACT' || method === 'CHI_SQUARE') return { method, methodReason: 'Chosen in the settings.' }
  if (expected !== null && expected < LEAST_EXPECTED_COUNT) {
    return {
      method: 'FISHER_EXACT',
      methodReason: `An expected count is ${expected.toPrecision(2)}, below ${LEAST_EXPECTED_COUNT}: too few for chi-square.`,
    }
  }
  return {
    method: 'CHI_SQUARE',
    methodReason: `The default for proportions; all expected counts are at least ${LEAST_EXPECTED_COUNT}.`,
  }
}

function proportionOf(arm: Arm, { numerator }: MetricDefinition): Proportion {
  return { n: momentsOf(arm, numerator).n, successes: totalOf(arm, numerator) }
}

function statistics({ n, successes }: Proportion): ArmStatistics {
  const rate = n === 0 ? null : successes / n
  return {
    n,
    mean: rate,
    standardDeviation: rate === null || n < 2 ? null : Math.sqrt((rate * (1 - rate) * n) / (n - 1)),
    total: successes,
    denominatorTotal: null,
  }
}

function effectSizeOf(control: Proportion, treatment: Proportion): Comparison['effectSize'] {
  const effect = cohensH(control, treatment)
  return isNotComputable(effect) ? null : { name: 'COHENS_H', value: effect.cohensH, confidenceInterval: null }
}
