import stringify from 'safe-stable-stringify'
import type { AggregationPlan, Cap, Measure, Window } from './plan.ts'

/** What one metric needs from the data. */
export interface Needs {
  measures: Measure[]
  /** Pairs of these measures, by their position in `measures`, whose co-moment is needed. */
  pairs?: [number, number][]
  /** Measures, by position, whose distribution is needed. */
  cells?: number[]
}

/** Merges what metrics need into one plan: what several of them need is computed once. */
export function mergePlans(
  needs: Needs[],
  scope: { variants: string[]; segments: string[]; window: Window },
): AggregationPlan {
  const measures = [
    ...new Map(needs.flatMap((need) => need.measures).map((measure) => [nameOf(measure), canonical(measure)])),
  ]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, measure]) => measure)
  const plan: AggregationPlan = {
    variants: scope.variants,
    measures,
    pairs: distinctPairs(
      needs.flatMap((need) =>
        (need.pairs ?? []).map((pair) => pair.map((i) => positionOf(measures, need.measures[i]!)) as [number, number]),
      ),
    ),
    cells: distinct(needs.flatMap((need) => (need.cells ?? []).map((i) => positionOf(measures, need.measures[i]!)))),
    segments: distinct(scope.segments),
    window: scope.window,
  }
  return deepFreeze(plan)
}

/** Where a measure is in a plan. Throws RangeError when the plan does not have it. */
export function positionOf(measures: readonly Measure[], measure: Measure): number {
  const position = positionsIn(measures).get(nameOf(measure))
  if (position === undefined) throw new RangeError(`The plan has no measure ${nameOf(measure)}`)
  return position
}

/** Each of hundreds of comparisons asks where its measures are: names and places are found once. */
const knownPositions = new WeakMap<readonly Measure[], Map<string, number>>()
const knownNames = new WeakMap<Measure, string>()

function positionsIn(measures: readonly Measure[]): Map<string, number> {
  const known = knownPositions.get(measures)
  if (known !== undefined) return known
  const positions = new Map(measures.map((measure, index) => [nameOf(measure), index]))
  knownPositions.set(measures, positions)
  return positions
}

/** Where the co-moment of two measures is among a plan's pairs. Throws RangeError when the plan does not have it. */
export function pairOf({ measures, pairs }: AggregationPlan, a: Measure, b: Measure): number {
  const [first, second] = ordered([positionOf(measures, a), positionOf(measures, b)])
  const position = pairs.findIndex(([x, y]) => x === first && y === second)
  if (position < 0) throw new RangeError(`The plan has no pair of ${nameOf(a)} and ${nameOf(b)}`)
  return position
}

function canonical({ eventTypes, aggregation, before, cap }: Measure): Measure {
  return {
    eventTypes: [...new Set(eventTypes)].sort(),
    aggregation,
    ...(before ? { before } : {}),
    ...(cap ? { cap } : {}),
  }
}

/** A capped measure has the name of the one that it stands for: a plan has one of the two. */
function nameOf(measure: Measure): string {
  const known = knownNames.get(measure)
  if (known !== undefined) return known
  const { cap: _cap, ...uncapped } = canonical(measure)
  const name = stringify(uncapped)
  knownNames.set(measure, name)
  return name
}

/** The plan with caps on some of its measures, by position. */
export function withCaps(plan: AggregationPlan, caps: readonly (Cap | null)[]): AggregationPlan {
  const measures = plan.measures.map((measure, i) => canonical({ ...measure, cap: caps[i] ?? undefined }))
  return deepFreeze({ ...plan, measures })
}

function distinct<T extends string | number>(values: T[]): T[] {
  return [...new Set(values)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
}

function distinctPairs(pairs: [number, number][]): [number, number][] {
  const unique = new Map(pairs.map(ordered).map((pair) => [pair.join(), pair]))
  return [...unique.values()].sort(([a, b], [c, d]) => a - c || b - d)
}

function ordered([a, b]: [number, number]): [number, number] {
  return a <= b ? [a, b] : [b, a]
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(deepFreeze)
  return Object.freeze(value)
}
