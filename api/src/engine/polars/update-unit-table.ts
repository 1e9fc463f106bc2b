import { join } from 'node:path'
import pl, { type LazyDataFrame } from 'nodejs-polars'
import type { PartFile } from '../engine.ts'
import { ATTRIBUTE_PREFIX, eventColumn } from '../event-columns.ts'
import type { Window } from '../plan.ts'
import { exposureState, sumNames, takeLeast, UnitRows, type UnitRule } from '../unit-rows.ts'
import type { UnitFile } from '../unit-table.ts'
import { column, frameOf } from './frame.ts'
import { readAhead } from './read-ahead.ts'
import { readEvents, readExposures } from './read-events.ts'
import { Scratch } from '../memory.ts'
import { PickedUnits } from '../picked-units.ts'
import type { CountedBefore } from '../unit-counts.ts'
import { attributesOfUnits, eachFile, readUnitNames, readUnits, writeUnits } from '../unit-files.ts'
import { addedEventsReader, type AddedEvents } from './added-events.ts'
import { commonBitsFor, unitRanges, type UnitRange } from './unit-ranges.ts'
import { expectedUnits, ruleOf } from './units-of-range.ts'

const EVENTS_PER_SHARD = 4_000_000
const EVENTS_AT_ONCE = 1_000_000
/** A shard's files are made one again when there are more than this, or when they changed this share of its units. */
const MOST_FILES = 32
const MOST_CHANGED_SHARE = 0.5

export interface UnitTableRequest {
  /** The window that the table is for. */
  window: Window
  /** Parts whose events are in the table already; none when there is no table yet. */
  known: PartFile[]
  /** Parts whose events are to be added. */
  added: PartFile[]
  /** The table as it is. */
  files: UnitFile[]
  /** A folder for what is made. */
  workFolder: string
  /** Events whose units are worked on at a time: bounds the memory. */
  eventsPerShard?: number
  /** Batches of at most so many events are read at one go, and not shard by shard. */
  eventsAtOnce?: number
}

export interface UnitTableResult {
  /** The table's files in order: those that stay, and new ones in the work folder. */
  files: (UnitFile & { isNew: boolean; bytes: number })[]
  units: number
  exposedUnits: number
}

/**
 * Adds the events of some parts to a unit table, or makes one from all of them. The result is that of adding all parts
 * at once, in any order: what an exposure that arrives late changes of events that are in the table already is read
 * again from the parts of that time.
 */
export async function updateUnitTable(
  request: UnitTableRequest,
  onProgress: (share: number) => void = () => undefined,
): Promise<UnitTableResult> {
  const rowsOf = (parts: PartFile[]): number => parts.reduce((sum, part) => sum + part.rows, 0)
  const rows = rowsOf([...request.known, ...request.added])
  const wantedBits = commonBitsFor(rows, request.eventsPerShard ?? EVENTS_PER_SHARD)
  const isNew = request.files.length === 0
  const knownBits = isNew ? wantedBits : Math.log2(1 + Math.max(...request.files.map(({ shard }) => shard)))
  // A table whose shards have grown too large is made anew, with more of them; one that changes as a whole as well.
  const anew = isNew || wantedBits > knownBits + 1 || rowsOf(request.added) > rows * MOST_CHANGED_SHARE
  const ranges = unitRanges(anew ? wantedBits : knownBits)
  // A table's files have the attributes of all parts that it was made of: those need not be opened.
  const attributes = attributesOf(
    anew ? [...request.known, ...request.added] : request.added,
    anew ? [] : request.files,
  )
  const rule = ruleOf(request.window)
  const addedTo = addedEventsReader(request.added, rule, attributes, ranges, request.eventsAtOnce ?? EVENTS_AT_ONCE)
  const joined = mostScattered(request.files)
  const result: UnitTableResult = { files: [], units: 0, exposedUnits: 0 }
  for (const [shard, range] of ranges.entries()) {
    const context = { ...request, shard, range, attributes, rule }
    const made = anew
      ? await makeShard({ ...context, added: [...request.known, ...request.added] })
      : await changeShard(
          { ...context, files: request.files.filter((file) => file.shard === shard) },
          await addedTo(shard),
          shard === joined,
        )
    result.files.push(...made.files)
    result.units += made.units
    result.exposedUnits += made.exposedUnits
    onProgress((shard + 1) / ranges.length)
  }
  return result
}

/**
 * The shard whose later files say most in proportion to its first one. Only this one may be joined, so that each of a
 * stream of batches waits for a part of that work, and not one of them for all of it.
 */
function mostScattered(files: UnitFile[]): number | undefined {
  const shares = [...Map.groupBy(files, ({ shard }) => shard)].map(([shard, own]) => ({
    shard,
    share: changedShare(own),
  }))
  return shares.sort((a, b) => b.share - a.share)[0]?.shard
}

function changedShare([first, ...later]: UnitFile[]): number {
  return later.reduce((sum, { rows }) => sum + rows, 0) / Math.max(1, first!.rows)
}

interface ShardContext extends UnitTableRequest {
  shard: number
  range: UnitRange
  rule: UnitRule
  attributes: string[]
}

/** Names of all attributes that some file has. */
function attributesOf(parts: PartFile[], files: UnitFile[]): string[] {
  const ofParts = parts.flatMap(({ path }) =>
    pl
      .scanParquet(path)
      .columns.flatMap((name) => (name.startsWith(ATTRIBUTE_PREFIX) ? [name.slice(ATTRIBUTE_PREFIX.length)] : [])),
  )
  const ofFiles = files.flatMap(({ path }) => attributesOfUnits(path))
  return [...new Set([...ofParts, ...ofFiles])].sort()
}

async function makeShard({
  added,
  attributes,
  range,
  rule,
  shard,
  workFolder,
}: ShardContext): Promise<UnitTableResult> {
  const units = new UnitRows(rule, attributes, range.commonBits, expectedUnits(added, range))
  for await (const exposures of readAhead(added, ({ path }) => readExposures(path, rule, attributes, range)))
    units.addExposures(exposures)
  for await (const events of readAhead(added, ({ path }) => readEvents(path, null, range)))
    units.addEvents(events, true)
  const path = join(workFolder, `units-${shard}.columns`)
  const written = await writeUnits(units, units.index.units, null, path)
  return {
    files: [{ path, shard, ...written, size: units.size, isNew: true }],
    units: units.size,
    exposedUnits: exposedIn(units.state, units.size),
  }
}

async function changeShard(
  context: ShardContext,
  { exposures, events }: AddedEvents,
  mayBeJoined: boolean,
): Promise<UnitTableResult> {
  const { files, attributes, range, rule, shard, workFolder } = context
  const changed = new UnitRows(rule, attributes, range.commonBits, expectedUnits(context.added, range))
  for (const one of exposures) changed.addExposures(one)
  for (const { units, times } of events)
    for (let i = 0; i < times.length; i++) changed.row(units[i * 2]!, units[i * 2 + 1]!)
  const { places, states } = Scratch.during((memory) => {
    const known = readUnitNames(files, memory)
    return { places: placesOf(changed, known.halves), states: known.states }
  })
  const kept = files.map((file) => ({ ...file, isNew: false, bytes: 0 }))
  const exposedBefore = exposedOf(states)
  if (changed.size === 0) return { files: kept, units: places.size, exposedUnits: exposedBefore }

  const before = readBefore(changed, files, places.known)
  const { renewed, movedFrom } = mergeExposures(changed, before)
  for (const one of events) changed.addEvents(one, true)
  await moveEvents(context, changed, movedFrom)

  const path = join(workFolder, `units-${shard}-changes.columns`)
  const written = await writeUnits(changed, changed.index.units, { positions: places.all, renewed, before }, path)
  const now = [...kept, { path, shard, ...written, size: places.size, isNew: true }]
  const exposedUnits = exposedBefore + exposedIn(changed.state, changed.size) - exposedIn(before.state, changed.size)
  const result = { files: now, units: places.size, exposedUnits }
  const isScattered = now.length > MOST_FILES || changedShare(now) > MOST_CHANGED_SHARE
  return isScattered && mayBeJoined ? { ...result, files: [await joinFiles(now, shard, workFolder)] } : result
}

/** Where the changed units are among those of the shard: -1 for new ones, which get the numbers that follow. */
function placesOf(changed: UnitRows, halves: Int32Array): { known: Int32Array; all: Int32Array; size: number } {
  const places = changed.index.placesIn(halves)
  let size = halves.length / 2
  const all = places.map((place) => (place < 0 ? size++ : place))
  return { known: places, all, size }
}

/** What is known of the changed units, in their codes. */
function readBefore(changed: UnitRows, files: UnitFile[], places: Int32Array): CountedBefore {
  const attributes = new Map([...changed.attributes].map(([name, { dictionary }]) => [name, dictionary]))
  return Scratch.during((memory) => {
    const slots = memory.int32(files.at(-1)!.size)
    for (let row = 0; row < places.length; row++) if (places[row]! >= 0) slots[places[row]!] = row + 1
    const positions = memory.int32(places.length)
    positions.set(places)
    const picked = new PickedUnits(positions, slots, { variantNames: changed.variantNames, attributes }, true, memory)
    eachFile(files, (file) => picked.read(file))
    const { size, state, variant, firstExposure } = picked
    const codes = new Map([...picked.attributes].map(([name, column]) => [name, column.codes.slice()]))
    return {
      size,
      state: state.slice(),
      variant: variant.slice(),
      firstExposure: firstExposure.slice(),
      attributes: codes,
      places,
    }
  })
}

/**
 * Makes the exposures of the changed units those of all their exposures.
 *
 * @returns the rows whose attributes take the place of those before, and, of those whose first exposure is earlier now,
 * when it was before: Infinity when there was none. Else NaN.
 */
function mergeExposures(changed: UnitRows, before: CountedBefore): { renewed: Uint8Array; movedFrom: Float64Array } {
  const renewed = new Uint8Array(changed.size).fill(1)
  const movedFrom = new Float64Array(changed.size).fill(Number.NaN)
  for (let row = 0; row < changed.size; row++) {
    if (before.places[row]! < 0) continue
    const firstHere = changed.firstExposure[row]!
    const firstBefore = before.firstExposure[row]!
    const stateBefore = before.state[row]!
    if (stateBefore === exposureState.none) {
      if (changed.state[row] === exposureState.none) renewed[row] = 0
      else movedFrom[row] = Infinity
      continue
    }
    const wasExposed = changed.state[row] !== exposureState.none
    const isContaminated = Math.max(changed.state[row]!, stateBefore) === exposureState.severalVariants
    const isFirst = changed.addExposure(row, firstBefore, before.variant[row]!)
    if (!wasExposed) changed.state[row] = stateBefore
    else if (isContaminated) changed.state[row] = exposureState.severalVariants
    if (isFirst > 0) renewed[row] = 0
    else if (isFirst < 0) {
      for (const [name, column] of changed.attributes) takeLeast(column, row, before.attributes.get(name)![row]!)
    } else if (firstHere < firstBefore) movedFrom[row] = firstBefore
  }
  return { renewed, movedFrom }
}

/** Moves events that were before their unit's first exposure, and are not any more, to those that count. */
async function moveEvents(
  { known, range, rule }: ShardContext,
  changed: UnitRows,
  movedFrom: Float64Array,
): Promise<void> {
  const moved: number[] = []
  for (let row = 0; row < movedFrom.length; row++) if (!Number.isNaN(movedFrom[row]!)) moved.push(row)
  if (moved.length === 0) return
  const halves = changed.index.units
  const earliest = moved.reduce((least, row) => Math.min(least, changed.firstExposure[row]!), Infinity)
  const units = new Int32Array(moved.flatMap((row) => [halves[row * 2]!, halves[row * 2 + 1]!]))
  const wanted = frameOf([column(eventColumn.unit, new BigInt64Array(units.buffer), pl.Int64)]).lazy()
  const narrow = (events: LazyDataFrame): LazyDataFrame =>
    events
      .filter(pl.col(eventColumn.time).cast(pl.Int64).gtEq(pl.lit(earliest)))
      .join(wanted, { on: eventColumn.unit, how: 'semi' })
  const parts = known.filter(({ maxTimeMs }) => maxTimeMs * 1000 >= earliest)
  for await (const events of readAhead(parts, ({ path }) => readEvents(path, null, range, narrow))) {
    const sumsByType = events.types.values.map((type) => changed.sumsOf(type))
    for (let i = 0; i < events.times.length; i++) {
      const row = changed.index.find(events.units[i * 2]!, events.units[i * 2 + 1]!)
      const time = events.times[i]!
      if (time < changed.firstExposure[row]! || time >= movedFrom[row]!) continue
      const sums = sumsByType[events.types.codes[i]!]!
      sums.earlyCounts[row]!--
      sums.earlySums[row]! -= events.values[i]!
      if (time >= rule.to) continue
      sums.counts[row]!++
      sums.sums[row]! += events.values[i]!
    }
  }
}

function exposedIn(states: Uint8Array, size: number): number {
  let exposed = 0
  for (let row = 0; row < size; row++) if (states[row] !== exposureState.none) exposed++
  return exposed
}

function exposedOf(states: number[]): number {
  return states.reduce((sum, count, state) => (state === exposureState.none ? sum : sum + count), 0)
}

async function joinFiles(
  files: UnitFile[],
  shard: number,
  workFolder: string,
): Promise<UnitTableResult['files'][number]> {
  const units = readUnits(files, { types: null, sums: sumNames, attributes: null, units: true })
  const path = join(workFolder, `units-${shard}.columns`)
  const written = await writeUnits(units, units.halves, null, path)
  return { path, shard, ...written, size: units.size, isNew: true }
}
