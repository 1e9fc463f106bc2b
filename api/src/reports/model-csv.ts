import type { Estimate } from '../models/effect.ts'
import type { ModelCard } from '../models/model-card.ts'
import { csvField, type CsvValue } from './csv-field.ts'

const header = ['table', 'name', 'treatment', 'feature', 'level', 'users', 'control', 'treated', 'estimate']
const uncertainty = ['standard_error', 'statistic', 'p_value', 'lower', 'upper', 'confidence_level']

/**
 * Coefficients, predicted effects, their worth and the lifts of segments as one tidy CSV file: one row a number with its
 * uncertainty, the first column says of which table. Empty cells are values that do not exist.
 */
export function modelCsv({ coefficients, effects, segments, importance }: ModelCard): string {
  const lines: CsvValue[][] = [[...header, ...uncertainty]]
  const row = (names: CsvValue[], estimate: number | null, rest: CsvValue[] = []): void => {
    lines.push([...names, estimate, ...rest, ...new Array<null>(uncertainty.length - rest.length).fill(null)])
  }
  for (const { name, variant, feature, level, estimate, standardError, statistic, pValue, interval } of coefficients) {
    const ends = [interval?.lower ?? null, interval?.upper ?? null, interval?.level ?? null]
    row(['coefficient', name, variant, feature, level, null, null, null], estimate, [
      standardError,
      statistic,
      pValue,
      ...ends,
    ])
  }
  for (const { treatment, control, treated, delta, lift, revenue } of effects) {
    const names = (name: string): CsvValue[] => ['effect', name, treatment, null, null, null, control, treated]
    row(names('delta'), delta.estimate, uncertaintyOf(delta))
    if (lift !== null) row(names('lift'), lift.estimate, uncertaintyOf(lift))
    if (revenue === null) continue
    row(names('revenue per visitor'), revenue.perVisitor.estimate, uncertaintyOf(revenue.perVisitor))
    const { overHorizon, horizonDays } = revenue
    if (overHorizon !== null)
      row(names(`revenue over ${horizonDays} days`), overHorizon.estimate, uncertaintyOf(overHorizon))
  }
  for (const { feature, level, treatment, users, control, treated, delta, lift } of segments) {
    const names = (name: string): CsvValue[] => ['segment', name, treatment, feature, level, users, control, treated]
    row(names('delta'), delta.estimate, uncertaintyOf(delta))
    if (lift !== null) row(names('lift'), lift.estimate, uncertaintyOf(lift))
  }
  for (const { feature, dropInDeviance, pValue } of importance)
    row(['importance', 'drop in deviance', null, feature, null, null, null, null], dropInDeviance, [null, null, pValue])
  return [...lines.map((cells) => cells.map(csvField).join(',')), ''].join('\r\n')
}

function uncertaintyOf({ standardError, pValue, interval }: Estimate): CsvValue[] {
  return [standardError, null, pValue, interval?.lower ?? null, interval?.upper ?? null, interval?.level ?? null]
}
