import { DEFAULT_MINIMUM_LIFT } from '../../analysis/decision-rules.ts'
import { USUAL_POWER } from '../../analysis/detectable-effect.ts'
import type { ResultRow } from '../../analysis/result-row.ts'
import { detectionBy } from '../../stats/detection.ts'
import { noncentralT } from '../../stats/distributions/noncentral-t.ts'
import { studentT } from '../../stats/distributions/student-t.ts'
import { alphaOf } from '../../stats/inference-options.ts'
import { isNotComputable } from '../../stats/not-computable.ts'
import { proportionPower } from '../../stats/proportion-power.ts'
import { zDetection } from '../../stats/z-test-power.ts'
import { liftText, percentText } from '../number-text.ts'
import { legendOf } from './legend.ts'
import { type Chart, frame } from './chart.ts'
import { type ChartedAnalysis, metricsByRole, variantName } from './charted-analysis.ts'

const POINTS = 61
/** The axis ends at so many times the lift that is found in four cases of five. */
const REACH = 1.6
/** From so many degrees of freedom on Student's t is as good as normal for a picture. */
const MANY_DEGREES = 500

/** How surely the primary metric's test finds a lift, by its size, at the users that there are. Null where that is not known. */
export function powerCurve(analysis: ChartedAnalysis): Chart | null {
  const [metric] = metricsByRole(analysis)
  const rows = analysis.rows.filter(
    ({ metricId, segment, minimumDetectableEffect }) =>
      metricId === metric?.id && segment === null && (minimumDetectableEffect?.relative ?? 0) > 0,
  )
  if (metric === undefined || rows.length === 0) return null
  const minimumLift = analysis.settings.decision?.minimumLift ?? DEFAULT_MINIMUM_LIFT
  const found = rows.map((row) => row.minimumDetectableEffect!.relative!)
  const end = Math.max(...found, minimumLift) * REACH
  const values = rows.flatMap((row) => {
    const variant = variantName(analysis, row.treatmentId)
    return Array.from({ length: POINTS }, (_, index) => {
      const lift = (index / (POINTS - 1)) * end
      return { variant, lift, power: powerAt(row, lift), text: `${percentText(powerAt(row, lift) ?? 0)}` }
    }).filter(({ power }) => power !== null)
  })
  if (values.length === 0) return null
  const names = [...new Set(values.map(({ variant }) => variant))]
  const control = variantName(analysis, analysis.variants[0]!.id)
  const sizes = rows.map((row) => ({
    lift: row.minimumDetectableEffect!.relative!,
    power: USUAL_POWER,
    variant: variantName(analysis, row.treatmentId),
    text: liftText(row.minimumDetectableEffect!.relative!),
  }))
  const x = {
    field: 'lift',
    type: 'quantitative',
    scale: { domain: [0, end], nice: false },
    axis: {
      title: 'Lift that there would be, in either direction',
      labelExpr: "format(datum.value, ',~%')",
      grid: false,
      tickCount: 6,
    },
  }
  const y = {
    field: 'power',
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: { title: 'Chance to find it', format: '.0%', values: [0, 0.2, 0.4, 0.6, 0.8, 1] },
  }
  const colour = {
    ...{ field: 'variant', type: 'nominal', title: null, scale: { domain: [control, ...names] } },
    legend: names.length === 1 ? null : legendOf(names),
  }
  const smallest = sizes.map(({ variant, text }) => (sizes.length === 1 ? text : `${text} (${variant})`)).join(', ')
  return {
    name: 'power-curve',
    title: `${metric.name}: what these users could find`,
    description: `The chance that the test finds a lift, by its size, at the users there are. Found in four cases of five: ${smallest}. Dashed: the least lift that matters, ${liftText(minimumLift)}.`,
    specification: {
      ...frame,
      height: 280,
      layer: [
        {
          data: { values: [{ lift: minimumLift }] },
          mark: { type: 'rule', strokeDash: [5, 4], strokeWidth: 1.5, color: { expr: 'care' } },
          encoding: { x },
        },
        {
          data: { values },
          mark: { type: 'line', strokeWidth: 2.25 },
          encoding: { x, y, color: colour },
        },
        {
          data: { values: sizes },
          mark: { type: 'point', filled: true, size: 100, stroke: { expr: 'sheet' }, strokeWidth: 1.5, opacity: 1 },
          encoding: {
            x,
            y,
            color: colour,
            tooltip: [{ field: 'text', type: 'nominal', title: 'Found in 80%' }],
          },
        },
      ],
    },
  }
}

/** How often the row's test finds a lift of this size; null where that cannot be told. */
function powerAt({ method, control, treatment, effect, degreesOfFreedom }: ResultRow, lift: number): number | null {
  const { mean } = control
  if (effect === null || mean === null) return null
  const { level, unbounded } = effect.confidenceInterval
  const sides = unbounded?.lower === 'oneSided' || unbounded?.upper === 'oneSided' ? 1 : 2
  const alpha = alphaOf(level)
  const tailAlpha = alpha / sides
  if (method === 'CHI_SQUARE' || method === 'FISHER_EXACT') {
    // As the detectable effect: an increase, or where there is no room for it a decrease.
    const rate = mean * (1 + lift) <= 1 ? mean * (1 + lift) : mean * (1 - lift)
    if (rate < 0) return null
    const found = proportionPower(control.n, mean, rate, { alpha, sides, ratio: treatment.n / control.n })
    return isNotComputable(found) ? null : found.power
  }
  const { standardError } = effect
  if (standardError === null || !(standardError > 0)) return null
  const shift = (lift * Math.abs(mean)) / standardError
  if (degreesOfFreedom === null || method === 'MANN_WHITNEY' || degreesOfFreedom >= MANY_DEGREES)
    return zDetection(shift, { tailAlpha, ratio: 1, countWrongSide: false }).power
  return detectionBy(noncentralT(degreesOfFreedom, shift), studentT(degreesOfFreedom).isf(tailAlpha), null).power
}
