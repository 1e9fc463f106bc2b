import { exactMicros, exactNumber, wholeMicros } from './exact'
import { murmur, murmurOfPair } from './murmur'
import { plainRecordEnd } from './records'
import { codeOf, hashOf, meaningOf, setView, Dictionary, Renamed, Views } from './texts'

/** An attribute of an EventBlock. */
@unmanaged
export class Attribute {
  column: u32
  seed: u32
  /** 0 where its texts are not told apart by number. */
  dictionary: Dictionary
  codes: usize
  /** 0 where they are. */
  texts: Views
}

/** What events of some type must be (src/ingest/type-rules.ts). */
@unmanaged
export class TypeRule {
  minimum: f64
  maximum: f64
  flags: u32
  padding: u32
}
const IS_KNOWN: u32 = 1
const IS_EXPOSURE: u32 = 2
const IS_REQUIRED: u32 = 4

/** A CSV file, and the EventBlock that takes its rows. src/ingest/row-kernel.ts writes and reads it in this order. */
@unmanaged
export class Rows {
  earliestMicros: f64
  latestMicros: f64
  /** Where the next record begins, and where the last one that may be taken ends. */
  start: usize
  end: usize
  /** Events of the block, and for how many it has room. */
  events: u32
  capacity: u32
  /** Number of the next record in the file. */
  rowNumber: u32
  /** Whether some event has an id. */
  hasIds: u32

  separator: u32
  fields: u32
  /** Where the fields of a record end, and powers of ten. */
  ends: usize
  powers: usize
  unitSeed: u32
  idSeed: u32
  recordBytes: u32
  userLength: u32
  typeLength: u32
  nameLength: u32
  idLength: u32
  attributeLength: u32
  /** Whether times are written as microseconds since 1970. */
  timesAreMicros: u32

  /** Columns, -1 being none. */
  user: i32
  type: i32
  time: i32
  experiment: i32
  variant: i32
  value: i32
  id: i32

  types: Renamed
  variants: Renamed
  experiments: Renamed
  rules: usize
  attributes: usize
  attributeCount: u32
  users: Views
  ids: Views

  rows: usize
  times: usize
  unitHighs: usize
  unitLows: usize
  values: usize
  variantCodes: usize
  typeCodes: usize
  contents: usize
  idHashes: usize
}

/**
 * Takes records as events up to the first that is not plain, breaks a rule or has a text that is not known. What it takes,
 * EventBlock.take (src/ingest/event-block.ts) would take, and make the same of it.
 */
export function takeRows(rows: Rows): void {
  const end = rows.end
  while (rows.start < end && rows.events < rows.capacity) {
    const start = rows.start
    const next = plainRecordEnd(start, rows.ends, rows.separator, rows.fields)
    if (next === 0 || next - start > rows.recordBytes || !take(rows, rows.ends)) return
    rows.start = next
    rows.rowNumber++
    rows.events++
  }
}

function take(rows: Rows, ends: usize): bool {
  const index = rows.events

  const userStart = startOf(ends, rows.user)
  const userEnd = endOf(ends, rows.user)
  if (userEnd === userStart || !isPlain(userStart, userEnd, rows.userLength)) return false

  const timeStart = startOf(ends, rows.time)
  const timeEnd = endOf(ends, rows.time)
  const micros = rows.timesAreMicros !== 0 ? wholeMicros(timeStart, timeEnd) : exactMicros(timeStart, timeEnd)
  if (!(micros >= rows.earliestMicros && micros <= rows.latestMicros)) return false

  const typeStart = startOf(ends, rows.type)
  const typeEnd = endOf(ends, rows.type)
  if (typeEnd === typeStart || !isPlain(typeStart, typeEnd, rows.typeLength)) return false
  const type = meaningOf(rows.types, typeStart, typeEnd)
  if (type < 0) return false
  const rule = changetype<TypeRule>(rows.rules + type * offsetof<TypeRule>())
  if ((rule.flags & IS_KNOWN) === 0) return false

  if (rows.experiment >= 0) {
    const start = startOf(ends, rows.experiment)
    const end = endOf(ends, rows.experiment)
    if (end > start && (!isPlain(start, end, rows.nameLength) || meaningOf(rows.experiments, start, end) < 0))
      return false
  }

  let variant = -1
  if (rows.variant >= 0) {
    const start = startOf(ends, rows.variant)
    const end = endOf(ends, rows.variant)
    if (end > start) {
      if (!isPlain(start, end, rows.recordBytes)) return false
      variant = meaningOf(rows.variants, start, end)
      if (variant < 0) return false
    }
  }
  if ((rule.flags & IS_EXPOSURE) !== 0 && variant < 0) return false

  let value = NaN
  if (rows.value >= 0) {
    const start = startOf(ends, rows.value)
    const end = endOf(ends, rows.value)
    if (end > start) {
      value = exactNumber(start, end, rows.powers)
      if (!(value >= rule.minimum && value <= rule.maximum)) return false
    }
  }
  if ((rule.flags & IS_REQUIRED) !== 0 && isNaN(value)) return false

  let content = hashOf(rows.types.meanings, type)
  if (variant >= 0) content = i32x4.add(content, hashOf(rows.variants.meanings, variant))

  for (let place: u32 = 0; place < rows.attributeCount; place++) {
    const attribute = changetype<Attribute>(rows.attributes + place * offsetof<Attribute>())
    const start = startOf(ends, attribute.column)
    const end = endOf(ends, attribute.column)
    if (end > start && !isPlain(start, end, rows.attributeLength)) return false
    if (changetype<usize>(attribute.dictionary) === 0) {
      if (!setView(attribute.texts, index, start, end)) return false
      if (end > start) content = i32x4.add(content, murmur(start, end, attribute.seed))
    } else {
      let code = -1
      if (end > start) {
        code = codeOf(attribute.dictionary, start, end)
        if (code < 0) return false
        content = i32x4.add(content, hashOf(attribute.dictionary, code))
      }
      store<i16>(attribute.codes + (index << 1), <i16>code)
    }
  }

  if (rows.id >= 0) {
    const start = startOf(ends, rows.id)
    const end = endOf(ends, rows.id)
    if (end > start && !isPlain(start, end, rows.idLength)) return false
    if (!setView(rows.ids, index, start, end)) return false
    if (end > start) {
      rows.hasIds = 1
      v128.store(rows.idHashes + (index << 4), murmur(start, end, rows.idSeed))
    }
  }

  if (!setView(rows.users, index, userStart, userEnd)) return false
  const user = murmur(userStart, userEnd, rows.unitSeed)
  const low = i32x4.extract_lane(user, 0)
  const high = i32x4.extract_lane(user, 1)
  content = i32x4.add(content, murmurOfPair(low, high, UNIT_SEED))
  const time = <i64>micros
  content = i32x4.add(content, murmurOfPair(<u32>time, <u32>(time >> 32), TIME_SEED))
  if (!isNaN(value)) {
    const bits = reinterpret<u64>(value)
    content = i32x4.add(content, murmurOfPair(<u32>bits, <u32>(bits >> 32), VALUE_SEED))
  }
  store<u32>(rows.rows + (index << 2), rows.rowNumber)
  store<f64>(rows.times + (index << 3), micros)
  store<i32>(rows.unitLows + (index << 2), low)
  store<i32>(rows.unitHighs + (index << 2), high)
  store<f64>(rows.values + (index << 3), value)
  store<i16>(rows.variantCodes + (index << 1), <i16>variant)
  store<i16>(rows.typeCodes + (index << 1), <i16>type)
  v128.store(rows.contents + (index << 4), content)
  return true
}

/** Seeds of fields (src/ingest/content-hash.ts). */
const UNIT_SEED: u32 = 0
const TIME_SEED: u32 = 3
const VALUE_SEED: u32 = 4

function startOf(ends: usize, column: i32): usize {
  return load<u32>(ends + (column << 2)) + 1
}

function endOf(ends: usize, column: i32): usize {
  return load<u32>(ends + (column << 2), 4)
}

const SPACE: u32 = 32
/** First byte of a space that does not break lines, and its last. */
const NBSP_FIRST: u32 = 0xc2
const NBSP_LAST: u32 = 0xa0

/** Whether a field is short enough for its limit in characters, and has no white space around it. */
function isPlain(start: usize, end: usize, limit: u32): bool {
  const first = load<u8>(start)
  const last = load<u8>(end - 1)
  return end - start <= limit && first > SPACE && first !== NBSP_FIRST && last > SPACE && last !== NBSP_LAST
}
