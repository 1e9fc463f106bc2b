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
  const odd = texts?.find(({ text }) => !isNumber(text)) ?? null
  if (edges !== null || kind === 'QUANTILES' || kind === 'NUMBER') {
    if (odd !== null || (values.kind === 'TEXTS' && values.distinct > values.texts.length))
      throw notNumeric(request, odd?.text ?? null)
    const numbers = numbersOf(values)
    return kind === 'NUMBER' ? numeric(request, numbers, source) : ranges(request, numbers, source)
  }
  if (kind === 'VALUES') return topValues(request, values, source)
  if (odd !== null) return topValues(request, values, source)
  const numbers = numbersOf(values)
  const counted = countNumbers(numbers)
  if (counted.values.length > topLevels) return ranges(request, numbers, source, counted)
  return topValues(request, values, source)
}

interface UsedText {
  text: string
  code: number
  count: number
}

/** The texts that units have. */
function usedTexts({ codes, texts }: TextValues): UsedText[] {
  const counts = new Float64Array(texts.length)
  for (let i = 0; i < codes.length; i++) if (codes[i]! >= 0) counts[codes[i]!]!++
  return texts.flatMap((text, code) => (counts[code]! > 0 ? [{ text, code, count: counts[code]! }] : []))
}

function numbersOf(values: NumberValues | TextValues): Float64Array {
  if (values.kind === 'NUMBERS') return values.values
  const numbers = Float64Array.from(values.texts, (text) => (isNumber(text) ? Number(text) : Number.NaN))
  return Float64Array.from(values.codes, (code) => (code < 0 ? Number.NaN : numbers[code]!))
}

/** Ranges of numbers. */
function ranges(
  { name, binning }: FeatureRequest,
  numbers: Float64Array,
  source: Feature['source'],
  counted: CountedNumbers = countNumbers(numbers),
): LevelledUnits {
  const edges = binning.edges ?? quantileEdges(counted, binning.bins)
  const names = edges.length === 0 ? ['any number'] : rangeNames(edges)
  const hasMissing = numbers.some(Number.isNaN)
  const missing = hasMissing ? names.length : null
  const levels = Int16Array.from(numbers, (number) => (Number.isNaN(number) ? missing! : rangeOf(number, edges)))
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
  return { feature, levels, numbers: null }
}

/** Numbers as they are. */
function numeric(request: FeatureRequest, numbers: Float64Array, source: Feature['source']): LevelledUnits {
  const counted = countNumbers(numbers)
  const { feature } = ranges(request, numbers, source, counted)
  const known = counted.values.length
  const levels = Int32Array.from(numbers, (number) => (Number.isNaN(number) ? known : placeOf(number, counted.values)))
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
  values: NumberValues | TextValues,
  source: Feature['source'],
): LevelledUnits {
  const coded = values.kind === 'TEXTS' ? values : asTexts(values)
  const used = usedTexts(coded)
  // Of equally frequent values the first by text stay, so that the same data make the same levels.
  const top = [...used].sort((a, b) => b.count - a.count || byNumberOrText(a.text, b.text)).slice(0, topLevels)
  top.sort((a, b) => byNumberOrText(a.text, b.text))
  const names = top.map(({ text }) => text)
  const hasOther = used.length > top.length || coded.codes.includes(UNTOLD)
  const hasMissing = coded.codes.includes(MISSING)
  const other = hasOther ? names.push(unlike(names, OTHER_NAME)) - 1 : null
  const missing = hasMissing ? names.push(unlike(names, MISSING_NAME)) - 1 : null
  const places = new Int16Array(coded.texts.length).fill(other ?? 0)
  for (const [place, { code }] of top.entries()) places[code] = place
  const levels = Int16Array.from(coded.codes, (code) =>
    code === MISSING ? missing! : code === UNTOLD ? other! : places[code]!,
  )
  const untold = coded.distinct - coded.texts.length
  const feature: Feature = {
    name,
    kind: 'CATEGORICAL',
    levels: names,
    reference: null,
    missing,
    other,
    edges: [],
    source,
    distinctValues: used.length + untold,
  }
  return { feature, levels, numbers: null }
}

const OTHER_NAME = '(other)'
const MISSING_NAME = '(missing)'

/** The name, or one like it where a value is called so. */
function unlike(names: readonly string[], name: string): string {
  return names.includes(name) ? unlike(names, `(${name})`) : name
}

function asTexts({ values }: NumberValues): TextValues {
  const counted = countNumbers(values)
  const places = new Map(Array.from(counted.values, (value, place) => [value, place]))
  return {
    kind: 'TEXTS',
    codes: Int32Array.from(values, (value) => (Number.isNaN(value) ? MISSING : places.get(value)!)),
    texts: Array.from(counted.values, String),
    distinct: counted.values.length,
  }
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
