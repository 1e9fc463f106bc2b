import { alphaOf } from '../../stats/inference-options.ts'
import { probabilityText } from '../number-text.ts'
import { type Chart, frame } from './chart.ts'
import { type ChartedAnalysis, metricsByRole, variantName } from './charted-analysis.ts'

/** Smaller p-values are drawn here: all are as clear. */
const LEAST = 1e-6

/** The p-values over all users, as tested and as adjusted for their number, beside the threshold. Null without any. */
export function pValues(analysis: ChartedAnalysis): Chart | null {
  const treatments = analysis.variants.length - 1
  const rows = metricsByRole(analysis).flatMap((metric) =>
    analysis.rows
      .filter(({ metricId, segment, pValue }) => metricId === metric.id && segment === null && pValue !== null)
      .map(({ treatmentId, pValue, adjustedPValue, family, familySize }) => ({
        label: treatments === 1 ? metric.name : `${metric.name} · ${variantName(analysis, treatmentId)}`,
        ...{ metric: metric.key, pValue: pValue!, adjustedPValue: adjustedPValue ?? pValue!, family, familySize },
      })),
  )
  if (rows.length === 0) return null
  const alpha = alphaOf(analysis.settings.level)
  const isAdjusted = rows.some(({ pValue, adjustedPValue }) => pValue !== adjustedPValue)
  const values = rows.map((row, place) => ({
    ...{ place, ...row },
    rawAt: Math.max(LEAST, row.pValue),
    at: Math.max(LEAST, row.adjustedPValue),
    isBelow: row.adjustedPValue < alpha,
    text: isAdjusted
      ? `${probabilityText(row.pValue)} → ${probabilityText(row.adjustedPValue)}`
      : probabilityText(row.pValue),
  }))
  const least = Math.min(alpha / 5, ...values.map(({ rawAt, at }) => Math.min(rawAt, at) / 1.5))
  const scale = { type: 'log', domain: [Math.max(LEAST, least), 1], clamp: true, nice: false }
  const labelExpr = `datum.value <= ${LEAST} ? '≤ 0.000001' : format(datum.value, '~f')`
  const ticks = [1e-6, 1e-5, 1e-4, 0.001, 0.01, 0.1, 1].filter((tick) => tick >= scale.domain[0]!)
  const axis = { title: 'P-value (logarithmic)', grid: false, values: ticks, labelExpr }
  const adjusted = isAdjusted ? ' Rings: of the test alone. Dots: adjusted for the number of tests.' : ''
  const early =
    analysis.standing === 'final'
      ? ''
      : analysis.standing === 'interim'
        ? ' An early look, before the planned end: what is left of the line now need not stay there.'
        : ' The data failed a health check: nothing here should be relied on.'
  const place = { field: 'place', type: 'ordinal' }
  const atMarks = { ...place, bandPosition: 0.68 }
  const atWords = { ...place, bandPosition: 0.26 }
  const x = (field: string) => ({ field, type: 'quantitative', scale, axis })
  const colour = { condition: { test: 'datum.isBelow', value: { expr: 'accent' } }, value: { expr: 'unclear' } }
  const words = { type: 'text', clip: true, baseline: 'middle' }
  return {
    name: 'p-values',
    title: `P-values beside the threshold of ${alpha === 0 ? '0' : Number(alpha.toPrecision(6))}`,
    description: `How often chance alone would show as much. Left of the dashed line is below the threshold.${adjusted}${early}`,
    specification: {
      ...frame,
      height: values.length * 44,
      data: { values },
      encoding: { y: { ...place, axis: null, scale: { type: 'band', paddingInner: 0, paddingOuter: 0 } } },
      layer: [
        {
          data: { values: [{ alpha }] },
          mark: { type: 'rule', strokeDash: [5, 4], strokeWidth: 1.5, color: { expr: 'care' } },
          encoding: { x: x('alpha'), y: null },
        },
        {
          mark: { type: 'rule', strokeWidth: 1.25, color: { expr: 'lineStrong' } },
          encoding: { y: atMarks, x: x('rawAt'), x2: { field: 'at' } },
        },
        ...(isAdjusted
          ? [
              {
                mark: {
                  type: 'point',
                  filled: true,
                  size: 70,
                  fill: { expr: 'sheet' },
                  stroke: { expr: 'unclear' },
                  strokeWidth: 1.75,
                  opacity: 1,
                },
                encoding: { y: atMarks, x: x('rawAt') },
              },
            ]
          : []),
        {
          mark: { type: 'point', filled: true, size: 95, stroke: { expr: 'sheet' }, strokeWidth: 1.5, opacity: 1 },
          encoding: {
            ...{ y: atMarks, x: x('at'), fill: colour },
            tooltip: [
              { field: 'label', type: 'nominal', title: 'Test' },
              { field: 'text', type: 'nominal', title: 'P-value' },
              { field: 'family', type: 'nominal', title: 'Adjusted with' },
              { field: 'familySize', type: 'quantitative', title: 'Tests' },
            ],
          },
        },
        {
          mark: { ...words, align: 'left', fontWeight: 600, limit: { expr: 'width - 6.5 * length(datum.text) - 12' } },
          encoding: { y: atWords, x: { value: 0 }, text: { field: 'label' } },
        },
        {
          mark: { ...words, align: 'right' },
          encoding: { y: atWords, x: { value: 'width' }, text: { field: 'text' } },
        },
      ],
    },
  }
}
