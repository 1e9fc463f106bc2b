import type { ChartedModel } from './charted-model.ts'
import { wholeText } from '../number-text.ts'
import { type Chart, frame } from './chart.ts'
import { axisFormat, targetFormat } from './number-format.ts'

/** Whether predictions come true: predicted beside observed means, in tenths of the users. Null without any. */
export function calibration(card: ChartedModel): Chart | null {
  const points = card.validation.calibration.filter(
    ({ predicted, observed }) => Number.isFinite(predicted) && Number.isFinite(observed),
  )
  if (points.length === 0) return null
  const { format, currency } = targetFormat(card)
  const { labelExpr, unit } = axisFormat(format, currency)
  const ends = points.flatMap(({ predicted, observed }) => [predicted, observed])
  const [low, high] = [Math.min(...ends), Math.max(...ends)]
  const room = (high - low || Math.abs(high) || 1) * 0.06
  const domain = [low - room, high + room]
  const scale = { domain, nice: false, zero: false }
  const axis = (title: string) => ({ title: unit ? `${title} (${unit})` : title, labelExpr, tickCount: 5 })
  const values = points.map(({ predicted, observed, users }) => ({ predicted, observed, users: wholeText(users) }))
  return {
    name: 'calibration',
    title: `Calibration: do predictions of ${card.question.target.metric.replaceAll('_', ' ')} come true?`,
    description:
      'Each dot is a tenth of the users, from the lowest predictions to the highest. On the dashed line predictions come true exactly.',
    specification: {
      ...frame,
      height: 320,
      layer: [
        {
          data: { values: [{ from: domain[0], to: domain[1] }] },
          mark: { type: 'rule', strokeDash: [5, 4], strokeWidth: 1.5, color: { expr: 'inkSoft' } },
          encoding: {
            x: { field: 'from', type: 'quantitative', scale },
            x2: { field: 'to' },
            y: { field: 'from', type: 'quantitative', scale },
            y2: { field: 'to' },
          },
        },
        {
          data: { values },
          mark: {
            ...{ type: 'line', strokeWidth: 2, color: { expr: 'accent' } },
            point: {
              size: 90,
              filled: true,
              fill: { expr: 'accent' },
              stroke: { expr: 'sheet' },
              strokeWidth: 1.5,
              opacity: 1,
            },
          },
          encoding: {
            x: { field: 'predicted', type: 'quantitative', scale, axis: { ...axis('Predicted'), grid: false } },
            y: { field: 'observed', type: 'quantitative', scale, axis: axis('Observed') },
            order: { field: 'predicted', type: 'quantitative' },
            tooltip: [
              { field: 'predicted', type: 'quantitative', title: 'Predicted', format: '.4~r' },
              { field: 'observed', type: 'quantitative', title: 'Observed', format: '.4~r' },
              { field: 'users', type: 'nominal', title: 'Users' },
            ],
          },
        },
      ],
    },
  }
}
