import type { EffectSize } from '../analysis/effect-sizes.ts'
import type { ArmStatistics, EffectEstimate, ResultRow } from '../analysis/result-row.ts'
import type { ConfidenceInterval } from '../stats/confidence-interval.ts'
import type { CsvValue } from './csv-field.ts'

/** Names to show in place of ids, by id. */
export interface RowNames {
  variants: Record<string, string>
  metrics: Record<string, string>
}

/** What the analysis as a whole says: on every row, since rows are read one by one and sent on without the page. */
export interface RowContext {
  analysisId: string
  /** `WITHHELD`: at an early look, or of data that cannot be trusted, rows below the threshold decide nothing. */
  verdict: string
  interim: boolean
}

/** A row of a results file: the row as it was computed, under the id that it is stored by. */
export interface FileRow {
  id: string
  row: ResultRow
}

/** What a column holds. */
export type ColumnType = 'TEXT' | 'NUMBER' | 'COUNT' | 'FLAG'

export interface ResultColumn {
  name: string
  type: ColumnType
  read(row: ResultRow, about: { id: string; names: RowNames; context: RowContext }): CsvValue
}

type Read<Value extends CsvValue> = (row: ResultRow) => Value | null | undefined

const of =
  (type: ColumnType) =>
  (name: string, read: Read<CsvValue>): ResultColumn => ({ name, type, read: (row) => read(row) ?? null })
const text: (name: string, read: Read<string>) => ResultColumn = of('TEXT')
const number: (name: string, read: Read<number>) => ResultColumn = of('NUMBER')
const count: (name: string, read: Read<number>) => ResultColumn = of('COUNT')
const flag: (name: string, read: Read<boolean>) => ResultColumn = of('FLAG')

type PickEffect = (row: ResultRow) => EffectEstimate | null | undefined
type PickInterval = (row: ResultRow) => ConfidenceInterval | null | undefined

/** The columns of a results file, in order: one row a metric, treatment and segment. */
export const resultColumns: ResultColumn[] = [
  text('metric', ({ metricKey }) => metricKey),
  { name: 'metric_name', type: 'TEXT', read: ({ metricId }, { names }) => names.metrics[metricId] ?? metricId },
  { name: 'control', type: 'TEXT', read: ({ controlId }, { names }) => names.variants[controlId] ?? controlId },
  { name: 'treatment', type: 'TEXT', read: ({ treatmentId }, { names }) => names.variants[treatmentId] ?? treatmentId },
  text('segment_attribute', ({ segment }) => segment?.attribute),
  text('segment_value', ({ segment }) =>
    segment === null ? null : segment.isOther ? '(other)' : (segment.value ?? '(none)'),
  ),
  flag('segment_is_other', ({ segment }) => segment?.isOther),
  text('method', ({ method }) => method),
  text('method_reason', ({ methodReason }) => methodReason),
  ...arms('users', count, ({ n }) => n),
  ...arms('mean', number, ({ mean }) => mean),
  ...arms('total', number, ({ total }) => total),
  ...arms('denominator_total', number, ({ denominatorTotal }) => denominatorTotal),
  ...arms('standard_deviation', number, ({ standardDeviation }) => standardDeviation),
  ...estimate('effect', ({ effect }) => effect),
  ...estimate('lift', ({ relativeEffect }) => relativeEffect),
  // All lifts but those of a gap have no ends: without it they would read like lifts of which nothing is known.
  number('lift_excluded_from', ({ relativeEffect }) => relativeEffect?.confidenceInterval.gap?.lower),
  number('lift_excluded_to', ({ relativeEffect }) => relativeEffect?.confidenceInterval.gap?.upper),
  ...shape('effect', ({ effect }) => effect?.confidenceInterval),
  ...shape('lift', ({ relativeEffect }) => relativeEffect?.confidenceInterval),
  text('lift_not_computable', (row) => row.relativeNotComputable?.message),
  text('lift_not_computable_reason', (row) => row.relativeNotComputable?.reason),
  number('confidence_level', ({ effect }) => effect?.confidenceInterval.level),
  number('standard_error', ({ effect }) => effect?.standardError),
  number('lift_standard_error', ({ relativeEffect }) => relativeEffect?.standardError),
  number('statistic', ({ statistic }) => statistic),
  number('degrees_of_freedom', ({ degreesOfFreedom }) => degreesOfFreedom),
  number('p_value', ({ pValue }) => pValue),
  number('log10_p_value', ({ log10PValue }) => log10PValue),
  number('adjusted_p_value', ({ adjustedPValue }) => adjustedPValue),
  text('correction', ({ correction }) => correction),
  text('family', ({ family }) => family),
  count('family_size', ({ familySize }) => familySize),
  flag('significant', ({ isSignificant }) => isSignificant),
  ...ends('adjusted_effect', ({ adjustedEffect }) => adjustedEffect?.confidenceInterval),
  ...ends('adjusted_lift', ({ adjustedRelativeEffect }) => adjustedRelativeEffect?.confidenceInterval),
  number('adjusted_lift_excluded_from', (row) => row.adjustedRelativeEffect?.confidenceInterval.gap?.lower),
  number('adjusted_lift_excluded_to', (row) => row.adjustedRelativeEffect?.confidenceInterval.gap?.upper),
  number('adjusted_confidence_level', ({ adjustedEffect }) => adjustedEffect?.confidenceInterval.level),
  text('adjustments', ({ adjustments }) => (adjustments ?? []).join('; ')),
  text('look', ({ look }) => look?.kind),
  number('look_information_fraction', ({ look }) => look?.informationFraction),
  count('looks_before', ({ look }) => look?.looksBefore),
  number('look_critical_value', ({ look }) => look?.criticalValue),
  number('look_nominal_alpha', ({ look }) => look?.nominalAlpha),
  number('look_test_p_value', ({ look }) => look?.testPValue),
  number('look_test_log10_p_value', ({ look }) => look?.testLog10PValue),
  number('minimum_detectable_effect', (row) => row.minimumDetectableEffect?.absolute),
  number('minimum_detectable_lift', (row) => row.minimumDetectableEffect?.relative),
  text('effect_size_name', ({ effectSize }) => effectSize?.name),
  number('effect_size', ({ effectSize }) => effectSize?.value),
  ...size('cohens_h', 'COHENS_H'),
  ...size('cohens_d', 'COHENS_D'),
  ...size('hedges_g', 'HEDGES_G'),
  ...size('odds_ratio', 'ODDS_RATIO'),
  ...size('risk_difference', 'RISK_DIFFERENCE'),
  number('rank_statistic', ({ rank }) => rank?.statistic),
  number('rank_p_value', ({ rank }) => rank?.pValue),
  number('rank_log10_p_value', ({ rank }) => rank?.log10PValue),
  number('rank_probability_of_superiority', ({ rank }) => rank?.probabilityOfSuperiority),
  ...estimate('rank_shift', ({ rank }) => rank?.shift),
  flag('variance_reduction_applied', ({ varianceReduction }) => varianceReduction?.applied),
  text('variance_reduction_slopes', ({ varianceReduction }) =>
    varianceReduction?.covariates.map(({ metric, theta }) => `${metric}: ${theta ?? 'none'}`).join('; '),
  ),
  number('variance_bought', ({ varianceReduction }) => varianceReduction?.varianceBought),
  number('plain_effect', ({ varianceReduction }) => varianceReduction?.plainEffect?.estimate),
  number('plain_standard_error', ({ varianceReduction }) => varianceReduction?.plainEffect?.standardError),
  number('adjusted_control_mean', ({ varianceReduction }) => varianceReduction?.controlMean),
  number('adjusted_treatment_mean', ({ varianceReduction }) => varianceReduction?.treatmentMean),
  number('balance_p_value', ({ varianceReduction }) => varianceReduction?.balancePValue),
  number('share_without_pre_period', ({ varianceReduction }) => varianceReduction?.shareWithoutPrePeriod),
  text('not_adjusted_because', ({ varianceReduction }) => varianceReduction?.fallback?.message),
  text('posterior_model', ({ posterior }) => posterior?.model),
  number('posterior_lift', ({ posterior }) => posterior?.lift),
  ...ends('posterior_lift', ({ posterior }) => posterior?.credibleInterval),
  number('chance_to_beat_control', ({ posterior }) => posterior?.chanceToBeatControl),
  number('chance_to_be_best', ({ posterior }) => posterior?.chanceToBeBest),
  number('expected_loss', ({ posterior }) => posterior?.expectedLossOfTreatment),
  number('expected_loss_of_control', ({ posterior }) => posterior?.expectedLossOfControl),
  text('not_computable', ({ notComputable }) => notComputable?.message),
  text('not_computable_reason', ({ notComputable }) => notComputable?.reason),
  text('notes', ({ notes }) => notes.join('; ')),
  { name: 'interim', type: 'FLAG', read: (_row, { context }) => context.interim },
  { name: 'verdict', type: 'TEXT', read: (_row, { context }) => context.verdict },
  { name: 'analysis_id', type: 'TEXT', read: (_row, { context }) => context.analysisId },
  { name: 'result_id', type: 'TEXT', read: (_row, { id }) => id },
  text('metric_id', ({ metricId }) => metricId),
  text('control_id', ({ controlId }) => controlId),
  text('treatment_id', ({ treatmentId }) => treatmentId),
]

/** The same of both variants. */
function arms(
  name: string,
  make: (name: string, read: Read<number>) => ResultColumn,
  pick: (arm: ArmStatistics) => number | null,
): ResultColumn[] {
  return [
    make(`control_${name}`, ({ control }) => pick(control)),
    make(`treatment_${name}`, ({ treatment }) => pick(treatment)),
  ]
}

function estimate(name: string, pick: PickEffect): ResultColumn[] {
  return [number(name, (row) => pick(row)?.estimate), ...ends(name, (row) => pick(row)?.confidenceInterval)]
}

function ends(name: string, pick: PickInterval): ResultColumn[] {
  return [number(`${name}_lower`, (row) => pick(row)?.lower), number(`${name}_upper`, (row) => pick(row)?.upper)]
}

/** What an interval is, where it is not the usual one, and why a side has no end. */
function shape(name: string, pick: PickInterval): ResultColumn[] {
  return [
    text(`${name}_interval_kind`, (row) => pick(row)?.kind),
    text(`${name}_lower_unbounded`, (row) => pick(row)?.unbounded?.lower),
    text(`${name}_upper_unbounded`, (row) => pick(row)?.unbounded?.upper),
  ]
}

function size(name: string, which: EffectSize['name']): ResultColumn[] {
  const own = ({ effectSizes }: ResultRow) => (effectSizes ?? []).find((one) => one.name === which)
  return [number(name, (row) => own(row)?.value), ...ends(name, (row) => own(row)?.confidenceInterval)]
}
