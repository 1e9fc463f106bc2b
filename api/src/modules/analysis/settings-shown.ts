import { DEFAULT_HORIZON_DAYS, DEFAULT_MINIMUM_LIFT } from '../../analysis/decision-rules.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import { toAdjustmentSettings } from './adjustment.type.ts'
import type { AnalysisSettingsType } from './analysis.type.ts'
import { toLookSettings } from './looks.type.ts'

/** Settings as the schema shows them. */
export function settingsShown(stored: AnalysisSettings): AnalysisSettingsType {
  const { segment, window, looks, ...settings } = stored
  const date = (iso: string | null) => (iso === null ? null : new Date(iso))
  return {
    ...settings,
    ...toAdjustmentSettings(stored),
    correctionFamily: settings.correctionFamily ?? 'ALL_METRICS',
    decision: {
      minimumLift: settings.decision?.minimumLift ?? DEFAULT_MINIMUM_LIFT,
      guardrailMargins: settings.decision?.guardrailMargins ?? [],
      horizonDays: settings.decision?.horizonDays ?? DEFAULT_HORIZON_DAYS,
    },
    looks: toLookSettings(looks),
    segmentBy: segment?.attribute ?? null,
    segmentTop: segment?.top ?? null,
    from: date(window.from),
    to: date(window.to),
    daysSinceExposure: window.daysSinceExposure,
    timeseries: settings.timeseries ?? false,
  }
}
