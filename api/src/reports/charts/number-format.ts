import type { ChartedModel } from './charted-model.ts'
import type { ValueFormat } from '../number-text.ts'

/** How an axis writes values: Vega's expression for a tick, and the unit for the axis' title. */
export interface AxisFormat {
  labelExpr: string
  /** `€`, `USD`; empty where the labels say it themselves. */
  unit: string
}

/** Signs of currencies as the page shows them; others are told by their code. */
function currencySign(currency: string): string {
  const parts = new Intl.NumberFormat('en-US', { style: 'currency', currency }).formatToParts(0)
  return parts.find(({ type }) => type === 'currency')!.value
}

/** Digits as the step between ticks asks for; thousands with a comma. */
const PLAIN = "format(datum.value, ',~r')"

export function axisFormat(format: ValueFormat, currency: string | null): AxisFormat {
  if (format === 'PERCENT') return { labelExpr: "format(datum.value, ',~%')", unit: '' }
  if (format === 'CURRENCY' && currency !== null) {
    const sign = JSON.stringify(currencySign(currency))
    return {
      labelExpr: `(datum.value < 0 ? '\u2212' : '') + ${sign} + format(abs(datum.value), ',~r')`,
      unit: currency,
    }
  }
  return { labelExpr: PLAIN, unit: '' }
}

/** How the target of a model is written. */
export function targetFormat({ question: { target } }: ChartedModel): { format: ValueFormat; currency: string | null } {
  if (target.kind === 'CONVERSION') return { format: 'PERCENT', currency: null }
  return { format: target.kind === 'COUNT' ? 'NUMBER' : 'CURRENCY', currency: target.unit }
}

/** A tick of lifts: whole percents have no digits after the point. */
export const LIFT_LABEL = "datum.value === 0 ? '0' : format(datum.value, '+,~%')"
