import type { EffectSize } from '../analysis/effect-sizes.ts'
import type { EffectEstimate, ResultRow } from '../analysis/result-row.ts'
import { csvField, type CsvValue } from './csv-field.ts'

/** Names to show in place of ids. */
export interface RowNames {
  variant(id: string): string
  metric(id: string): string
}

/** What the analysis as a whole says: on every row, since rows are read one by one and sent on without the page. */
export interface Standing {
  /** `WITHHELD`: at an early look, or of data that cannot be trusted, significant rows decide nothing. */
  verdict: string
  interim: boolean
}

/** The columns of a results file, in order: one row a metric, treatment and segment. */
const columns: [string, (row: ResultRow, names: RowNames, standing: Standing) => CsvValue][] = [
  ['metric', ({ metricKey }) => metricKey],
  ['metric_name', ({ metricId }, names) => names.metric(metricId)],
  ['control', ({ controlId }, names) => names.variant(controlId)],
  ['treatment', ({ treatmentId }, names) => names.variant(treatmentId)],
  ['segment_attribute', ({ segment }) => segment?.attribute ?? null],
  [
    'segment_value',
    ({ segment }) => (segment === null ? null : segment.isOther ? '(other)' : (segment.value ?? '(none)')),
  ],
  ['method', ({ method }) => method],
  ['control_users', ({ control }) => control.n],
  ['treatment_users', ({ treatment }) => treatment.n],
  ['control_mean', ({ control }) => control.mean],
  ['treatment_mean', ({ treatment }) => treatment.mean],
  ['control_total', ({ control }) => control.total],
  ['treatment_total', ({ treatment }) => treatment.total],
  ['control_standard_deviation', ({ control }) => control.standardDeviation],
  ['treatment_standard_deviation', ({ treatment }) => treatment.standardDeviation],
  ...interval('effect', ({ effect }) => effect),
  ...interval('lift', ({ relativeEffect }) => relativeEffect),
  // All lifts but those of a gap have no ends: without it they would read like lifts of which nothing is known.
  ['lift_excluded_from', ({ relativeEffect }) => relativeEffect?.confidenceInterval.gap?.lower ?? null],
  ['lift_excluded_to', ({ relativeEffect }) => relativeEffect?.confidenceInterval.gap?.upper ?? null],
  ['confidence_level', ({ effect }) => effect?.confidenceInterval.level ?? null],
  ['standard_error', ({ effect }) => effect?.standardError ?? null],
  ['statistic', ({ statistic }) => statistic],
  ['degrees_of_freedom', ({ degreesOfFreedom }) => degreesOfFreedom],
  ['p_value', ({ pValue }) => pValue],
  ['log10_p_value', ({ log10PValue }) => log10PValue],
  ['adjusted_p_value', ({ adjustedPValue }) => adjustedPValue],
  ['correction', ({ correction }) => correction],
  ['family', ({ family }) => family],
  ['family_size', ({ familySize }) => familySize],
  ['significant', ({ isSignificant }) => isSignificant],
  ...interval('adjusted_effect', ({ adjustedEffect }) => adjustedEffect, false),
  ...interval('adjusted_lift', ({ adjustedRelativeEffect }) => adjustedRelativeEffect, false),
  ['adjusted_confidence_level', ({ adjustedEffect }) => adjustedEffect?.confidenceInterval.level ?? null],
  ['adjustments', ({ adjustments }) => adjustments.join('; ')],
  ['look', ({ look }) => look?.kind ?? null],
  ['look_information_fraction', ({ look }) => look?.informationFraction ?? null],
  ['look_nominal_alpha', ({ look }) => look?.nominalAlpha ?? null],
  ['look_test_p_value', ({ look }) => look?.testPValue ?? null],
  ['minimum_detectable_effect', (row) => row.minimumDetectableEffect?.absolute ?? null],
  ['minimum_detectable_lift', (row) => row.minimumDetectableEffect?.relative ?? null],
  ['effect_size_name', ({ effectSize }) => effectSize?.name ?? null],
  ['effect_size', ({ effectSize }) => effectSize?.value ?? null],
  ['hedges_g', (row) => sizeOf(row, 'HEDGES_G')],
  ['odds_ratio', (row) => sizeOf(row, 'ODDS_RATIO')],
  ['rank_p_value', ({ rank }) => rank?.pValue ?? null],
  ['rank_probability_of_superiority', ({ rank }) => rank?.probabilityOfSuperiority ?? null],
  ['variance_bought', ({ varianceReduction }) => varianceReduction?.varianceBought ?? null],
  ['plain_effect', ({ varianceReduction }) => varianceReduction?.plainEffect?.estimate ?? null],
  ['not_adjusted_because', ({ varianceReduction }) => varianceReduction?.fallback?.message ?? null],
  ['posterior_lift', ({ posterior }) => posterior?.lift ?? null],
  ['posterior_lift_lower', ({ posterior }) => posterior?.credibleInterval.lower ?? null],
  ['posterior_lift_upper', ({ posterior }) => posterior?.credibleInterval.upper ?? null],
  ['chance_to_beat_control', ({ posterior }) => posterior?.chanceToBeatControl ?? null],
  ['expected_loss', ({ posterior }) => posterior?.expectedLossOfTreatment ?? null],
  ['not_computable', ({ notComputable }) => notComputable?.message ?? null],
  ['interim', (_row, _names, { interim }) => interim],
  ['verdict', (_row, _names, { verdict }) => verdict],
]

function interval(name: string, pick: (row: ResultRow) => EffectEstimate | null, hasEstimate = true): typeof columns {
  return [
    ...(hasEstimate ? ([[name, (row) => pick(row)?.estimate ?? null]] satisfies typeof columns) : []),
    [`${name}_lower`, (row) => pick(row)?.confidenceInterval.lower ?? null],
    [`${name}_upper`, (row) => pick(row)?.confidenceInterval.upper ?? null],
  ]
}

function sizeOf({ effectSizes }: ResultRow, name: EffectSize['name']): number | null {
  return effectSizes.find((size) => size.name === name)?.value ?? null
}

/** Result rows as a tidy CSV file. Empty cells are values that do not exist. */
export function resultsCsv(rows: ResultRow[], names: RowNames, standing: Standing): string {
  const lines = rows.map((row) => columns.map(([, read]) => csvField(read(row, names, standing))).join(','))
  return [columns.map(([name]) => name).join(','), ...lines, ''].join('\r\n')
}
