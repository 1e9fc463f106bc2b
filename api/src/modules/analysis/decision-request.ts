import type { DecisionSettings } from '../../analysis/decision-rules.ts'
import type { MetricDefinition } from '../../analysis/metric-definition.ts'
import type { AnalysisSettings } from '../../analysis/settings.ts'
import type { UserError } from '../../errors.ts'

/** What a caller says of the decision. */
export interface DecisionRequest {
  minimumLift?: number | null
  guardrailMargins?: { metric: string; margin: number }[] | null
  horizonDays?: number | null
}

const MOST_DAYS = 3650

/** Everything that is wrong with the rules that are asked for. */
export function decisionProblems(
  request: DecisionRequest | null | undefined,
  metrics: MetricDefinition[],
): UserError[] {
  const problems: UserError[] = []
  const problem = (field: string, message: string, code = 'INVALID') =>
    problems.push({ code, field: ['decision', ...field.split('.')], message })
  const { minimumLift, guardrailMargins, horizonDays } = request ?? {}
  if (minimumLift != null && !(minimumLift > 0 && minimumLift <= 10)) {
    problem('minimumLift', `The least lift that matters is above 0 and at most 10 (1000 %), got ${minimumLift}.`)
  }
  if (horizonDays != null && !(Number.isInteger(horizonDays) && horizonDays >= 1 && horizonDays <= MOST_DAYS)) {
    problem('horizonDays', `The horizon is a whole number of days from 1 to ${MOST_DAYS}, got ${horizonDays}.`)
  }
  guardrailMargins?.forEach(({ metric, margin }, index) => {
    const field = `guardrailMargins.${index}`
    const definition = metrics.find(({ key }) => key === metric)
    if (definition?.role !== 'GUARDRAIL') {
      problem(`${field}.metric`, `"${metric}" is not among the guardrails of this analysis.`, 'NOT_FOUND')
    }
    if (guardrailMargins.findIndex((one) => one.metric === metric) !== index) {
      problem(`${field}.metric`, `"${metric}" has a margin already.`)
    }
    if (!(margin > 0 && margin <= 1)) {
      problem(`${field}.margin`, `A margin is a share of the control above 0 and at most 1, got ${margin}.`)
    }
  })
  return problems
}

/** As they are stored; nothing where nothing was asked for. */
export function decisionSettingsOf(request: DecisionRequest | null | undefined): Pick<AnalysisSettings, 'decision'> {
  const { minimumLift, guardrailMargins, horizonDays } = request ?? {}
  const decision: DecisionSettings = {
    ...(minimumLift == null ? {} : { minimumLift }),
    ...(guardrailMargins == null || guardrailMargins.length === 0
      ? {}
      : { guardrailMargins: [...guardrailMargins].sort((a, b) => (a.metric < b.metric ? -1 : 1)) }),
    ...(horizonDays == null ? {} : { horizonDays }),
  }
  return Object.keys(decision).length === 0 ? {} : { decision }
}
