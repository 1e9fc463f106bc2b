import type { UpliftResult } from '../../models/uplift-result.ts'
import { levelText } from '../number-text.ts'
import { type Chart, frame } from './chart.ts'
import type { ChartedModel } from './charted-model.ts'
import { axisFormat, targetFormat } from './number-format.ts'

/** What targeting would gain, a chart for each treatment. Empty where the model tells nobody from anybody. */
export function qini(card: ChartedModel): Chart[] {
  return card.uplift.flatMap((result, place) => qiniOf(result, place, card) ?? [])
}

function qiniOf({ treatment, verdict, curve }: UpliftResult, place: number, card: ChartedModel): Chart | null {
  const values = curve.filter(({ gain, random }) => Number.isFinite(gain) && Number.isFinite(random))
  if (values.length < 2) return null
  const { format, currency } = targetFormat(card)
  const { labelExpr, unit } = axisFormat(format, currency)
  const band = values.filter(({ lower, upper }) => lower !== null && upper !== null)
  const x = {
    field: 'share',
    type: 'quantitative',
    scale: { domain: [0, 1] },
    axis: {
      title: 'Share of users treated, most promising first',
      format: '.0%',
      tickCount: 5,
      grid: false,
    },
  }
  const y = (field: string) => ({
    field,
    type: 'quantitative',
    scale: { zero: true },
    axis: { title: unit ? `Gain per user, of all (${unit})` : 'Gain per user, of all', labelExpr, tickCount: 6 },
  })
  const finding =
    verdict === 'USABLE_HETEROGENEITY'
      ? 'Choosing pays where the line is clearly above the dashes.'
      : 'Here the two cannot be told apart: choosing users would not pay.'
  return {
    name: `qini-${place + 1}`,
    title: `Whom ${treatment} helps more (Qini curve)`,
    description: `Line: users chosen by the model, shaded its ${levelText(card.question.level)} interval. Dashed: as many users at random. ${finding}`,
    specification: {
      ...frame,
      height: 300,
      data: { values },
      layer: [
        {
          data: { values: band },
          mark: { type: 'area', opacity: 0.18, color: { expr: 'accent' } },
          encoding: { x, y: y('lower'), y2: { field: 'upper' } },
        },
        {
          data: { values: [{}] },
          mark: { type: 'rule', strokeWidth: 1.5, color: { expr: 'lineStrong' } },
          encoding: { y: { datum: 0 } },
        },
        {
          mark: { type: 'line', strokeDash: [5, 4], strokeWidth: 1.75, color: { expr: 'inkSoft' } },
          encoding: { x, y: y('random') },
        },
        {
          mark: { type: 'line', strokeWidth: 2.25, color: { expr: 'accent' } },
          encoding: {
            ...{ x, y: y('gain') },
            tooltip: [
              { field: 'share', type: 'quantitative', title: 'Users', format: '.0%' },
              { field: 'gain', type: 'quantitative', title: 'Gain', format: '.4~r' },
              { field: 'random', type: 'quantitative', title: 'At random', format: '.4~r' },
            ],
          },
        },
      ],
    },
  }
}
