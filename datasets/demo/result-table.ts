import type { Analysis, ConfidenceInterval, MetricResult } from '@fairlift/sdk'
import Table from 'cli-table3'
import { hasColours, paint } from './terminal.ts'

/** The answer as people read it: who was compared, what changed, whether the data can be trusted, and what to do. */
export function describeAnalysis(analysis: Analysis): string {
  return [
    `  ${paint('bold', 'Users')}`,
    indent(userTable(analysis)),
    '',
    `  ${paint('bold', 'Metrics')}`,
    indent(metricTable(analysis)),
    '',
    `  ${paint('bold', 'Health of the data')}`,
    ...healthLines(analysis),
    '',
    ...verdictLines(analysis),
  ].join('\n')
}

function userTable({ variants }: Analysis): string {
  const total = variants.reduce((sum, { users }) => sum + users, 0)
  const table = newTable(['Variant', 'Users', 'Share', 'Configured'], ['left', 'right', 'right', 'right'])
  for (const { variant, users, trafficSplit } of variants) {
    table.push([variant.name, integer(users), percent(total === 0 ? 0 : users / total), percent(trafficSplit)])
  }
  return table.toString()
}

function metricTable({ results, settings, experiment }: Analysis): string {
  const level = `${percent(settings.level, 0)} interval`
  const table = newTable(
    ['Metric', 'Control', 'Treatment', `Lift\n${level}`, 'p-value\nadjusted'],
    ['left', 'right', 'right', 'right', 'right'],
  )
  for (const result of results) {
    const value = valueFormat(result, experiment.currency)
    table.push([
      `${result.metric.name}\n${paint('gray', methodNames[result.method ?? ''] ?? result.method ?? '–')}`,
      armOf(result, 'controlStatistics', value),
      armOf(result, 'treatmentStatistics', value),
      liftOf(result),
      pValueOf(result),
    ])
  }
  return table.toString()
}

/** Lines between rows only: all columns fit in a terminal of 80. */
function newTable(head: string[], colAligns: ('left' | 'right')[]): InstanceType<typeof Table> {
  return new Table({
    head: head.map((title) => paint('bold', title)),
    colAligns,
    // The library would colour its lines in a pipe too.
    style: { head: [], border: hasColours() ? ['gray'] : [], 'padding-left': 0, 'padding-right': 2 },
    chars: {
      ...{ top: '', 'top-mid': '', 'top-left': '', 'top-right': '' },
      ...{ bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' },
      ...{ left: '', 'left-mid': '', right: '', 'right-mid': '', middle: '', mid: '─', 'mid-mid': '─' },
    },
  })
}

function armOf(
  { metric, ...result }: MetricResult,
  arm: 'controlStatistics' | 'treatmentStatistics',
  value: (value: number) => string,
): string {
  const { n, total, mean } = result[arm]
  const of = metric.kind === 'PROPORTION' ? `${integer(total)} / ${integer(n)}` : `n = ${integer(n)}`
  return `${mean === null ? '–' : value(mean)}\n${of}`
}

function liftOf(result: MetricResult): string {
  if (result.notComputable !== null) return result.notComputable.message
  if (result.relativeEffect === null || result.relativeEffect.estimate === null) {
    return result.relativeNotComputable?.message ?? '–'
  }
  const { estimate, confidenceInterval } = result.relativeEffect
  return `${signed(estimate)}\n${intervalOf(confidenceInterval)}`
}

function intervalOf({ kind, lower, upper, gap }: ConfidenceInterval): string {
  if (kind === 'WHOLE_LINE') return 'any size'
  if (kind === 'COMPLEMENT' && gap !== null) return `outside ${signed(gap.lower)} … ${signed(gap.upper)}`
  if (lower === null && upper === null) return 'any size'
  if (lower === null) return `up to ${signed(upper!)}`
  if (upper === null) return `${signed(lower)} or more`
  return `${signed(lower)} … ${signed(upper)}`
}

function pValueOf({ pValue, adjustedPValue, familySize, isSignificant }: MetricResult): string {
  if (pValue === null) return '–'
  const text = probability(pValue)
  const shown = isSignificant ? paint('bold', text) : text
  // Of one p-value alone there is nothing to adjust.
  return adjustedPValue === null || familySize < 2 ? shown : `${shown}\n${probability(adjustedPValue)}`
}

function healthLines({ health }: Analysis): string[] {
  const marks = { PASS: paint('green', '✔'), WARN: paint('yellow', '!'), FAIL: paint('red', '✘') }
  return health.flatMap(({ verdict, message, action }) => [
    `  ${marks[verdict]} ${message}`,
    ...(verdict === 'PASS' || action === null ? [] : [`    ${paint('gray', action)}`]),
  ])
}

function verdictLines({ decision }: Analysis): string[] {
  const colours = {
    SHIP: 'green',
    DO_NOT_SHIP: 'red',
    KEEP_RUNNING: 'yellow',
    INCONCLUSIVE: 'yellow',
    WITHHELD: 'yellow',
  } as const
  return [
    `  ${paint('bold', 'Verdict')}`,
    `  ${paint(['bold', colours[decision.verdict]], decision.summary)}`,
    ...decision.reasons.map((reason) => `  ${reason}`),
  ]
}

const methodNames: Record<string, string> = {
  CHI_SQUARE: 'chi-square',
  FISHER_EXACT: 'Fisher exact',
  WELCH_T: 'Welch t',
  MANN_WHITNEY: 'Mann-Whitney',
  RATIO_DELTA: 'delta method',
  QUANTILE_ORDER_STATISTICS: 'order statistics',
  CUPED: 'CUPED',
}

function valueFormat({ metric }: MetricResult, currency: string | null): (value: number) => string {
  if (metric.format === 'PERCENT') return (value) => percent(value)
  if (metric.format === 'CURRENCY' && currency !== null) {
    const format = new Intl.NumberFormat('en-US', { style: 'currency', currency })
    return (value) => format.format(value)
  }
  return (value) => value.toLocaleString('en-US', { maximumFractionDigits: 2, minimumFractionDigits: 2 })
}

function integer(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 })
}

function percent(share: number, digits = 1): string {
  return share.toLocaleString('en-US', {
    style: 'percent',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  })
}

function signed(share: number): string {
  return share.toLocaleString('en-US', {
    style: 'percent',
    signDisplay: 'exceptZero',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
}

function probability(p: number): string {
  return p < 0.0001 ? '< 0.0001' : p.toLocaleString('en-US', { maximumSignificantDigits: 2, useGrouping: false })
}

function indent(text: string): string {
  return text.replaceAll(/^/gm, '  ')
}
