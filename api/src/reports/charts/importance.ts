import { percentText, probabilityText } from '../number-text.ts'
import { type Chart, frame } from './chart.ts'
import type { ChartedModel } from './charted-model.ts'

/** What the model loses without each feature, the most important one first. Null without features. */
export function importance({ importance: features, question }: ChartedModel): Chart | null {
  const known = features
    .filter(({ share }) => share !== null && Number.isFinite(share))
    .sort((a, b) => b.share! - a.share!)
  if (known.length === 0) return null
  const values = known.map(({ feature, share, dropInDeviance, pValue }, place) => ({
    ...{ place, feature, share, dropInDeviance, pValue },
    text: `${percentText(share!)}${pValue === null ? '' : ` (p ${/^[<>]/.test(probabilityText(pValue)) ? '' : '= '}${probabilityText(pValue)})`}`,
  }))
  const place = { field: 'place', type: 'ordinal' }
  const scale = { domain: [0, Math.max(...known.map(({ share }) => share!), 0.01)], nice: true }
  const words = { type: 'text', clip: true, baseline: 'middle' }
  const atWords = { ...place, bandPosition: 0.28 }
  return {
    name: 'importance',
    title: `Importance: what tells ${question.target.metric.replaceAll('_', ' ')}`,
    description:
      'By how much worse the model fits when it is made without a feature, as a share of what all features lose. It tells what goes together, not what causes what.',
    specification: {
      ...frame,
      height: values.length * 46,
      data: { values },
      encoding: { y: { ...place, axis: null, scale: { type: 'band', paddingInner: 0, paddingOuter: 0 } } },
      layer: [
        {
          // A bar stands in the middle of its row, where the words would touch it; a rule stands where it is put.
          mark: { type: 'rule', strokeWidth: 11, color: { expr: 'accent' } },
          encoding: {
            y: { ...place, bandPosition: 0.68 },
            x: {
              ...{ field: 'share', type: 'quantitative', scale },
              axis: {
                title: 'Share of the deviance that all features explain',
                format: '.0%',
                tickCount: 5,
                grid: false,
              },
            },
            x2: { datum: 0 },
            tooltip: [
              { field: 'feature', type: 'nominal', title: 'Feature' },
              { field: 'text', type: 'nominal', title: 'Share' },
              { field: 'dropInDeviance', type: 'quantitative', title: 'Rise of the deviance', format: ',.1f' },
            ],
          },
        },
        {
          mark: { ...words, align: 'left', fontWeight: 600, limit: { expr: 'width - 6.5 * length(datum.text) - 12' } },
          encoding: { y: atWords, x: { value: 0 }, text: { field: 'feature' } },
        },
        {
          mark: { ...words, align: 'right' },
          encoding: { y: atWords, x: { value: 'width' }, text: { field: 'text' } },
        },
      ],
    },
  }
}
