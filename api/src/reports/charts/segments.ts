import type { ResultRow } from '../../analysis/result-row.ts'
import { levelText, wholeText } from '../number-text.ts'
import type { Chart } from './chart.ts'
import { type ChartedAnalysis, metricsByRole, variantName } from './charted-analysis.ts'
import { liftRow, liftRows } from './lift-intervals.ts'
import { caveat } from './reading.ts'

/** The lift of the primary metric by segment, the largest segment first, below that of all users. Null without segments. */
export function segments(analysis: ChartedAnalysis): Chart | null {
  const [metric] = metricsByRole(analysis)
  const attribute = analysis.settings.segment?.attribute
  if (metric === undefined || attribute === undefined) return null
  const own = analysis.rows.filter(({ metricId }) => metricId === metric.id)
  if (own.every(({ segment }) => segment === null)) return null
  const treatments = analysis.variants.length - 1
  const rows = own.map((row) => {
    const treatment = treatments === 1 ? [] : [variantName(analysis, row.treatmentId)]
    const users = `${wholeText(row.control.n + row.treatment.n)} users`
    const drawn = liftRow([segmentName(row), ...treatment, users], row, metric, analysis)
    return { ...drawn, fields: { ...drawn.fields, segment: row.segment?.value ?? null } }
  })
  return {
    name: 'segments',
    title: `${metric.name}: lift by ${attribute}`,
    description: `Dots are estimates, lines their ${levelText(analysis.settings.level)} intervals. Of many segments some look special by chance: judge all of them together.${caveat(analysis)}`,
    specification: liftRows(rows),
  }
}

function segmentName({ segment }: ResultRow): string {
  if (segment === null) return 'All users'
  if (segment.isOther) return 'All other values'
  return segment.value ?? 'No value'
}
