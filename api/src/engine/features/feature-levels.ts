import type { Feature } from '../../models/feature.ts'
import { FeatureError } from './feature-error.ts'
import type { FeatureOrigin, FeatureRequest } from './feature-plan.ts'
import { isNumber, MISSING, type NumberValues, type TextValues, UNTOLD } from './feature-values.ts'
import { type CountedNumbers, countNumbers, quantileEdges, rangeOf } from './quantile-edges.ts'

/** A feature, and the level of each unit. */
export interface LevelledUnits {
  feature: Feature
  /** Index into the feature's levels, or into its numbers. */
  levels: Int16Array | Int32Array
  /** The different numbers, ascending, and NaN last where some unit has none; null for features of levels. */
  numbers: Float64Array | null
}

/** Makes levels of a feature's values. Throws FeatureError. */
export function levelsOf(
  request: FeatureRequest,
  values: NumberValues | TextValues,
  isRecordedAfterExposure: boolean,
): LevelledUnits {
  const source: Feature['source'] = { ...describe(request.origin), isRecordedAfterExposure }
  const { kind, topLevels, edges } = request.binning
  const texts = values.kind === 'TEXTS' ? usedTexts(values) : null
  const odd = texts?.used.find(({ text }) => !isNumber(text)) ?? null
  if (edges !== null || kind === 'QUANTILES' || kind === 'NUMBER') {
    if (odd !== null || (values.kind === 'TEXTS' && values.distinct > values.texts.length))
      throw notNumeric(request, odd?.text ?? null)
    const numbers = numbersOf(values, texts)
    return kind === 'NUMBER' ? numeric(request, numbers, source) : ranges(request, numbers, source)
  }
  if (texts !== null && (kind === 'VALUES' || odd !== null))
    return topValues(request, values as TextValues, texts, source)
  const numbers = numbersOf(values, texts)
  if (kind !== 'VALUES' && numbers.counted.values.length > topLevels) return ranges(request, numbers, source)
  const coded = values.kind === 'TEXTS' ? values : asTexts(values, numbers.counted)
  return topValues(request, coded, texts ?? usedTexts(coded), source)
}

interface UsedText {
  text: string
  code: number
  count: number
}

interface UsedTexts {
  used: UsedText[]
  hasMissing: boolean
  hasUntold: boolean
}

/** The least code that a unit has instead of a text. */
const LEAST_CODE = Math.min(MISSING, UNTOLD)

/** The texts that units have. */
function usedTexts({ codes, texts }: TextValues): UsedTexts {
  const counts = new Float64Array(texts.length - LEAST_CODE)
  for (let i = 0; i < codes.length; i++) counts[codes[i]! - LEAST_CODE]!++
  return {
    used: texts.flatMap((text, code) => {
      const count = counts[code - LEAST_CODE]!
      return count > 0 ? [{ text, code, count }] : []
    }),
    hasMissing: counts[MISSING - LEAST_CODE]! > 0,
    hasUntold: counts[UNTOLD - LEAST_CODE]! > 0,
  }
}

/** The numbers of units. */
interface Numbers {
  units: number
  counted: CountedNumbers
  hasMissing: boolean
  /** What a number means, by unit; `missing` where there is none. */
  each<Places extends Int16Array | Int32Array>(
    places: Places,
    meaning: (number: number) => number,
    missing: number,
  ): Places
}

/** Texts are looked at once each, however many units have them. */
function numbersOf(values: NumberValues | TextValues, texts: UsedTexts | null): Numbers {
  if (values.kind === 'TEXTS') return numbersOfTexts(values, texts!)
  const { values: numbers } = values
  return {
    units: numbers.length,
    counted: countNumbers(numbers),
    hasMissing: numbers.some(Number.isNaN),
    each(places, meaning, missing) {
      for (let i = 0; i < numbers.length; i++) places[i] = Number.isNaN(numbers[i]!) ? missing : meaning(numbers[i]!)
      return places
    },
  }
}

function numbersOfTexts({ codes, texts }: TextValues, { used, hasMissing }: UsedTexts): Numbers {
  const counts = new Map<number, number>()
  for (const { text, count } of used) counts.set(Number(text), (counts.get(Number(text)) ?? 0) + count)
  const values = Float64Array.from(counts.keys()).sort()
  return {
    units: codes.length,
    counted: { values, counts: values.map((value) => counts.get(value)!) },
    hasMissing,
    each(places, meaning, missing) {
      const known = new Int32Array(texts.length - LEAST_CODE).fill(missing)
      for (const { text, code } of used) known[code - LEAST_CODE] = meaning(Number(text))
      for (let i = 0; i < codes.length; i++) places[i] = known[codes[i]! - LEAST_CODE]!
      return places
    },
  }
}

/** Ranges of numbers. */
function ranges(
  { name, binning }: FeatureRequest,
  { units, counted, hasMissing, each }: Numbers,
  source: Feature['source'],
): LevelledUnits {
  const edges = binning.edges ?? quantileEdges(counted, binning.bins)
  const names = edges.length === 0 ? ['any number'] : rangeNames(edges)
  const missing = hasMissing ? names.length : null
  const feature: Feature = {
    name,
    kind: 'BINNED',
    levels: hasMissing ? [...names, MISSING_NAME] : names,
    reference: null,
    missing,
    other: null,
    edges: [...edges],
    source,
    distinctValues: counted.values.length,
    isWhole: counted.values.every(Number.isInteger),
  }
  const levels = each(new Int16Array(units), (number) => rangeOf(number, edges), missing ?? 0)
  return { feature, levels, numbers: null }
}

/** Numbers as they are. */
function numeric(request: FeatureRequest, numbers: Numbers, source: Feature['source']): LevelledUnits {
  const { units, counted, each } = numbers
  const { feature } = ranges(request, numbers, source)
  const known = counted.values.length
  const levels = each(new Int32Array(units), (number) => placeOf(number, counted.values), known)
  const own = feature.missing === null ? counted.values : [...counted.values, Number.NaN]
  return { feature: { ...feature, kind: 'NUMERIC' }, levels, numbers: Float64Array.from(own) }
}

/** Where a number is among these: one range begins at each of them. */
const placeOf = (number: number, among: Float64Array): number => rangeOf(number, among) - 1

function rangeNames(edges: readonly number[]): string[] {
  return [
    `below ${edges[0]}`,
    ...edges.slice(1).map((edge, index) => `${edges[index]} to below ${edge}`),
    `${edges.at(-1)} or more`,
  ]
}

/** The most frequent values, the others together, and none. */
function topValues(
  { name, binning: { topLevels } }: FeatureRequest,
  { codes, texts, distinct }: TextValues,
  { used, hasMissing, hasUntold }: UsedTexts,
  source: Feature['source'],
): LevelledUnits {
  // Of equally frequent values the first by text stay, so that the same data make the same levels.
  const top = [...used].sort((a, b) => b.count - a.count || byNumberOrText(a.text, b.text)).slice(0, topLevels)
  top.sort((a, b) => byNumberOrText(a.text, b.text))
  const names = top.map(({ text }) => text)
  const hasOther = used.length > top.length || hasUntold
  const other = hasOther ? names.push(unlike(names, OTHER_NAME)) - 1 : null
  const missing = hasMissing ? names.push(unlike(names, MISSING_NAME)) - 1 : null
  const places = new Int16Array(texts.length - LEAST_CODE).fill(other ?? 0)
  places[MISSING - LEAST_CODE] = missing ?? 0
  for (const [place, { code }] of top.entries()) places[code - LEAST_CODE] = place
  const levels = new Int16Array(codes.length)
  for (let i = 0; i < codes.length; i++) levels[i] = places[codes[i]! - LEAST_CODE]!
  const feature: Feature = {
    name,
    kind: 'CATEGORICAL',
    levels: names,
    reference: null,
    missing,
    other,
    edges: [],
    source,
    distinctValues: used.length + distinct - texts.length,
  }
  return { feature, levels, numbers: null }
}

const OTHER_NAME = '(other)'
const MISSING_NAME = '(missing)'

/** The name, or one like it where a value is called so. */
function unlike(names: readonly string[], name: string): string {
  return names.includes(name) ? unlike(names, `(${name})`) : name
}

function asTexts({ values }: NumberValues, counted: CountedNumbers): TextValues {
  const codes = new Int32Array(values.length)
  for (let i = 0; i < codes.length; i++)
    codes[i] = Number.isNaN(values[i]!) ? MISSING : placeOf(values[i]!, counted.values)
  const texts = Array.from(counted.values, String)
  return { kind: 'TEXTS', codes, texts, distinct: texts.length }
}

function byNumberOrText(a: string, b: string): number {
  if (isNumber(a) && isNumber(b) && Number(a) !== Number(b)) return Number(a) - Number(b)
  return a < b ? -1 : a > b ? 1 : 0
}

function describe(origin: FeatureOrigin): Pick<Feature['source'], 'kind' | 'name'> {
  if (origin.kind === 'ATTRIBUTE') return { kind: 'EXPOSURE_ATTRIBUTE', name: origin.attribute }
  const types = origin.eventTypes.join(', ')
  const name = {
    RECENCY: `days since the last ${types}`,
    FREQUENCY: `number of ${types}`,
    SPEND: `value of ${types}`,
  }[origin.kind]
  return { kind: 'HISTORY', name: `${name} before exposure` }
}

function notNumeric({ name, binning }: FeatureRequest, value: string | null): FeatureError {
  const found = value === null ? 'not all of its values are numbers' : `it has the value "${value}"`
  return new FeatureError(
    name,
    binning.kind === 'NUMBER'
      ? `"${name}" cannot be used as a number: ${found}. Leave its levels out, so that its most frequent values are levels.`
      : `"${name}" cannot be cut into ranges: ${found}. Leave its bins and edges out, so that its most frequent values are levels.`,
  )
}
