import type { Binning, FeatureOrigin, FeatureRequest } from '../../engine/features/feature-plan.ts'
import { EXPOSURE } from '../../engine/event-columns.ts'
import type { UserError } from '../../errors.ts'

export type HistoryMeasure = Exclude<FeatureOrigin['kind'], 'ATTRIBUTE'>

/** A feature as a caller names it: an attribute, or something of the user's history. */
export interface AskedFeature {
  name?: string | null
  attribute?: string | null
  history?: { measure: HistoryMeasure; eventTypes: string[] } | null
  levels?: Binning['kind'] | null
  bins?: number | null
  topLevels?: number | null
  edges?: number[] | null
}

/** How features become levels where they do not say. */
export interface AskedBinning {
  bins?: number | null
  topLevels?: number | null
}

/** What the events of a version have. */
export interface KnownColumns {
  attributes: string[]
  eventTypes: string[]
}

export const DEFAULT_BINS = 5
export const DEFAULT_TOP_LEVELS = 10
export const MAX_FEATURES = 20
const BINS = { least: 2, most: 50 }
const TOP_LEVELS = { least: 1, most: 200 }

/** The features of a request, with what is wrong with them. By default every attribute of the events is one. */
export function featuresOf(
  asked: AskedFeature[] | null | undefined,
  binning: AskedBinning | null | undefined,
  known: KnownColumns,
): { features: FeatureRequest[]; problems: UserError[] } {
  const given = asked ?? known.attributes.map((attribute): AskedFeature => ({ attribute }))
  const problems: UserError[] = [...rangeProblems(binning ?? {}, ['binning'])]
  if (given.length > MAX_FEATURES) {
    const message = `A model has at most ${MAX_FEATURES} features, got ${given.length}. Name the ones that matter.`
    problems.push({ code: 'INVALID', field: ['features'], message })
  }
  const features = given.map((feature) => featureOf(feature, binning ?? {}))
  given.forEach((feature, index) => {
    const field = ['features', String(index)]
    problems.push(...originProblems(feature, field, known), ...rangeProblems(feature, field))
    if (features.findIndex(({ name }) => name === features[index]!.name) !== index) {
      const message = `There is a feature "${features[index]!.name}" already. Give one of them another name.`
      problems.push({ code: 'INVALID', field: [...field, 'name'], message })
    }
  })
  return { features, problems }
}

function featureOf(asked: AskedFeature, defaults: AskedBinning): FeatureRequest {
  const { name, attribute, history, levels, bins, topLevels, edges } = asked
  const types = [...new Set(history?.eventTypes ?? [])].sort()
  const origin: FeatureOrigin =
    history == null ? { kind: 'ATTRIBUTE', attribute: attribute ?? '' } : { kind: history.measure, eventTypes: types }
  return {
    name: name ?? (history == null ? (attribute ?? '') : `${history.measure.toLowerCase()} of ${types.join(', ')}`),
    origin,
    binning: {
      kind: levels ?? 'AUTO',
      bins: bins ?? defaults.bins ?? DEFAULT_BINS,
      topLevels: topLevels ?? defaults.topLevels ?? DEFAULT_TOP_LEVELS,
      edges: edges ?? null,
    },
  }
}

function originProblems({ name, attribute, history }: AskedFeature, field: string[], known: KnownColumns): UserError[] {
  const problem = (part: string, message: string, code = 'INVALID'): UserError[] => [
    { code, field: [...field, part], message },
  ]
  if (name?.trim() === '') return problem('name', 'A feature needs a name.')
  if ((attribute == null) === (history == null)) {
    return problem('attribute', 'A feature is either an attribute or something of the history: name one of the two.')
  }
  if (attribute != null && !known.attributes.includes(attribute)) {
    const message = `The events have no attribute "${attribute}". They have: ${listed(known.attributes)}.`
    return problem('attribute', message, 'NOT_FOUND')
  }
  if (history == null) return []
  const where = 'history.eventTypes'
  if (history.eventTypes.length === 0)
    return problem(where, 'Name the types of the events that are looked at.').map(split)
  const types = known.eventTypes.filter((type) => type !== EXPOSURE)
  return history.eventTypes
    .filter((type) => !types.includes(type))
    .flatMap((type) =>
      problem(where, `There are no events of the type "${type}". There are: ${listed(types)}.`, 'NOT_FOUND').map(split),
    )
}

/** A dotted last name as names of their own. */
function split(error: UserError): UserError {
  return { ...error, field: error.field.flatMap((name) => name.split('.')) }
}

function rangeProblems(
  { bins, topLevels, edges, levels }: Pick<AskedFeature, 'bins' | 'topLevels' | 'edges' | 'levels'>,
  field: string[],
): UserError[] {
  const problems: UserError[] = []
  const problem = (part: string, message: string) =>
    problems.push({ code: 'INVALID', field: [...field, part], message })
  if (bins != null && !(bins >= BINS.least && bins <= BINS.most))
    problem('bins', `The number of ranges is from ${BINS.least} to ${BINS.most}, got ${bins}.`)
  if (topLevels != null && !(topLevels >= TOP_LEVELS.least && topLevels <= TOP_LEVELS.most))
    problem('topLevels', `The number of levels is from ${TOP_LEVELS.least} to ${TOP_LEVELS.most}, got ${topLevels}.`)
  if (edges == null) return problems
  const isAscending = edges.every((edge, i) => Number.isFinite(edge) && (i === 0 || edges[i - 1]! < edge))
  if (edges.length === 0 || edges.length >= BINS.most || !isAscending)
    problem(
      'edges',
      `Edges are 1 to ${BINS.most - 1} numbers, each above the one before, got ${edges.join(', ') || 'none'}.`,
    )
  if (levels === 'VALUES') problem('edges', 'Edges cut numbers into ranges; levels: VALUES asks for none.')
  return problems
}

function listed(names: string[]): string {
  return names.length === 0 ? 'none' : names.map((name) => `"${name}"`).join(', ')
}
