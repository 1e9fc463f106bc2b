import type {
  Alternative,
  Analysis,
  Correction,
  CorrectionFamily,
  Experiment,
  LookKind,
  MethodOverride,
  RunAnalysisInput,
  Spending,
} from '@fairlift/sdk'
import { fieldOfTime, timeOfField } from '../lib/format-date.ts'

type Settings = Analysis['settings']

const fraction = (percent: number | null): number | undefined => (percent === null ? undefined : percent / 100)
const percent = (share: number | null): number | null => (share === null ? null : Number((share * 100).toFixed(6)))

/** The question of an analysis, as it is chosen; what is left alone takes the careful default. */
export class AnalysisDraft {
  segmentBy = $state('')
  segmentTop = $state<number | null>(null)
  from = $state('')
  to = $state('')
  days = $state<number | null>(null)
  datasetVersion = $state<number | null>(null)
  timeseries = $state(false)
  level = $state(0.95)
  alternative = $state<Alternative>('TWO_SIDED')
  correction = $state<Correction>('BENJAMINI_HOCHBERG')
  correctionFamily = $state<CorrectionFamily>('ALL_METRICS')
  methods = $state<Record<string, MethodOverride | ''>>({})
  looks = $state<LookKind>('FIXED')
  spending = $state<Spending>('OBRIEN_FLEMING')
  tunedFor = $state<number | null>(null)
  isAdjusted = $state(false)
  /** In percent; null cuts nothing. */
  cutAbove = $state<number | null>(null)
  cap = $state<number | null>(null)
  hasPosteriors = $state(false)
  /** In percent. */
  minimumLift = $state<number | null>(null)
  horizonDays = $state<number | null>(null)
  /** In percent, by key of the guardrail. */
  margins = $state<Record<string, number | null>>({})

  /** Takes over what another analysis was asked with. */
  take(settings: Settings, { startAt, endAt }: Pick<Experiment, 'startAt' | 'endAt'>): void {
    const { looks, winsorization, decision } = settings
    this.segmentBy = settings.segmentBy ?? ''
    this.segmentTop = settings.segmentTop
    this.from = settings.from === startAt ? '' : fieldOfTime(settings.from)
    this.to = settings.to === endAt ? '' : fieldOfTime(settings.to)
    this.days = settings.daysSinceExposure
    this.timeseries = settings.timeseries
    this.level = settings.level
    this.alternative = settings.alternative
    this.correction = settings.correction
    this.correctionFamily = settings.correctionFamily
    this.methods = Object.fromEntries(settings.methods.map(({ metric, method }) => [metric, method as MethodOverride]))
    this.looks = looks.kind
    this.spending = looks.spending ?? 'OBRIEN_FLEMING'
    this.tunedFor = looks.tunedFor
    this.isAdjusted = settings.varianceReduction?.kind === 'CUPED'
    this.cutAbove = percent(winsorization?.upperPercentile ?? null)
    this.cap = winsorization?.cap ?? null
    this.hasPosteriors = settings.bayesian !== null
    this.minimumLift = percent(decision.minimumLift)
    this.horizonDays = decision.horizonDays
    this.margins = Object.fromEntries(decision.guardrailMargins.map(({ metric, margin }) => [metric, percent(margin)]))
  }

  input(experimentId: string): RunAnalysisInput {
    const hasCut = this.cutAbove !== null || this.cap !== null
    return {
      experimentId,
      segmentBy: this.segmentBy || undefined,
      segmentTop: this.segmentBy === '' ? undefined : (this.segmentTop ?? undefined),
      from: timeOfField(this.from) ?? undefined,
      to: timeOfField(this.to) ?? undefined,
      daysSinceExposure: this.days ?? undefined,
      datasetVersion: this.datasetVersion ?? undefined,
      timeseries: this.timeseries || undefined,
      level: this.level,
      alternative: this.alternative,
      correction: this.correction,
      correctionFamily: this.correctionFamily,
      methods: Object.entries(this.methods).flatMap(([metric, method]) => (method === '' ? [] : [{ metric, method }])),
      looks: this.#looks(),
      varianceReduction: this.isAdjusted ? { kind: 'CUPED' } : undefined,
      winsorization: hasCut ? { upperPercentile: fraction(this.cutAbove), cap: this.cap ?? undefined } : undefined,
      bayesian: this.hasPosteriors ? {} : undefined,
      decision: {
        minimumLift: fraction(this.minimumLift),
        horizonDays: this.horizonDays ?? undefined,
        guardrailMargins: Object.entries(this.margins).flatMap(([metric, margin]) =>
          margin === null ? [] : [{ metric, margin: margin / 100 }],
        ),
      },
    }
  }

  #looks(): RunAnalysisInput['looks'] {
    if (this.looks === 'FIXED') return undefined
    if (this.looks === 'GROUP_SEQUENTIAL') return { kind: 'GROUP_SEQUENTIAL', spending: this.spending }
    return { kind: 'ALWAYS_VALID', tunedFor: this.tunedFor ?? undefined }
  }
}
