import {
  Dictionary,
  Field,
  Float64,
  Int16,
  Int64,
  makeData,
  makeVector,
  RecordBatch,
  Schema,
  Struct,
  Table,
  tableToIPC,
  TimestampMicrosecond,
  Uint32,
  Utf8,
  Utf8View,
  type Data,
} from 'apache-arrow'
import pl from 'nodejs-polars'
import { ATTRIBUTE_PREFIX, eventColumn } from '../engine/event-columns.ts'
import type { Frame } from '../engine/polars/frame.ts'
import type { BlockColumns, CodeColumn, ViewColumn } from './block-columns.ts'
import { arenaBytes, type Arena } from './arena.ts'
import { kernelOver, type Kernel } from '../kernel/kernel-memory.ts'
import { VIEW_LANES } from './text-views.ts'

/** Bytes of a frame's entry that are of no text: unit, time, value and row. */
const NUMBER_BYTES = 8 + 8 + 8 + 4
const VIEW_BYTES = VIEW_LANES * 4
const CODE_BYTES = 2
const NUMBER_COLUMNS = 4

/** How much memory a frame of so many events takes. */
export function frameBytes({ attributes }: BlockColumns, events: number): number {
  const texts = 2 + attributes.filter(({ column }) => 'lanes' in column).length
  const codes = 2 + attributes.length
  const columns = NUMBER_COLUMNS + texts + codes
  const valid = arenaBytes((events + 7) >> 3)
  return events * (NUMBER_BYTES + texts * VIEW_BYTES + codes * CODE_BYTES) + columns * (valid + arenaBytes(0))
}

/**
 * Some events of a block as a frame with the columns of a part, in a given order. The columns go to Polars as Arrow
 * buffers, texts of few values as dictionaries, so that nothing is parsed or looked up again. Attributes that no event
 * has are left out.
 *
 * @param order indexes of events, in the block's memory
 * @param arena in the same memory; what is taken of it is free again when this returns
 */
export function frameOfBlock(block: BlockColumns, order: Int32Array, arena: Arena): Frame {
  const gather = new Gatherer(kernelOver(block.memory), order, arena)
  const columns: [string, Data][] = [
    [eventColumn.unit, gather.units(block)],
    [eventColumn.time, gather.times(block.time)],
    [eventColumn.userId, gather.texts(block.userId)],
    [eventColumn.variantId, gather.codes(block.variant)],
    [eventColumn.eventType, gather.codes(block.eventType)],
    [eventColumn.value, gather.values(block.value)],
    [eventColumn.eventId, block.eventId === null ? noTexts(order.length) : gather.texts(block.eventId)],
    [eventColumn.row, gather.rows(block.row)],
  ]
  for (const { name, column } of block.attributes) {
    const data = 'codes' in column ? gather.codes(column) : gather.texts(column)
    if (data.nullCount < order.length) columns.push([`${ATTRIBUTE_PREFIX}${name}`, data])
  }
  const fields = columns.map(([name, { type }]) => new Field(name, type, true))
  const struct = makeData({
    type: new Struct(fields),
    length: order.length,
    nullCount: 0,
    children: columns.map(([, data]) => data),
  })
  const ipc = tableToIPC(new Table([new RecordBatch(new Schema(fields), struct)]), 'file')
  return pl.readIPC(Buffer.from(ipc.buffer, ipc.byteOffset, ipc.byteLength)) as Frame
}

/** Brings columns into an order. */
class Gatherer {
  readonly #kernel: Kernel
  readonly #arena: Arena
  readonly #order: number
  readonly #length: number

  constructor(kernel: Kernel, order: Int32Array, arena: Arena) {
    this.#kernel = kernel
    this.#arena = arena
    this.#order = order.byteOffset
    this.#length = order.length
  }

  units({ unitHigh, unitLow }: BlockColumns): Data {
    const data = this.#arena.int64(this.#length)
    this.#kernel.gatherHalves(data.byteOffset, unitLow.byteOffset, unitHigh.byteOffset, this.#order, this.#length)
    return makeData({ type: new Int64(), length: this.#length, nullCount: 0, data })
  }

  times(values: Float64Array): Data {
    const data = this.#arena.int64(this.#length)
    this.#kernel.gatherWhole(data.byteOffset, values.byteOffset, this.#order, this.#length)
    return makeData({ type: new TimestampMicrosecond('UTC'), length: this.#length, nullCount: 0, data })
  }

  rows(values: Uint32Array): Data {
    const data = this.#arena.uint32(this.#length)
    this.#kernel.gatherWords(data.byteOffset, values.byteOffset, this.#order, this.#length)
    return makeData({ type: new Uint32(), length: this.#length, nullCount: 0, data })
  }

  values(values: Float64Array): Data {
    const data = this.#arena.float64(this.#length)
    const nullBitmap = this.#bits()
    const [valid, from] = [nullBitmap.byteOffset, values.byteOffset]
    const nullCount = this.#kernel.gatherDoubles(data.byteOffset, valid, from, this.#order, this.#length)
    return makeData({ type: new Float64(), length: this.#length, data, nullCount, nullBitmap })
  }

  codes({ codes, texts }: CodeColumn): Data {
    const data = this.#arena.int16(this.#length)
    const nullBitmap = this.#bits()
    const [valid, from] = [nullBitmap.byteOffset, codes.byteOffset]
    const nullCount = this.#kernel.gatherCodes(data.byteOffset, valid, from, this.#order, this.#length)
    const type = new Dictionary(new Utf8(), new Int16())
    const dictionary = makeVector(dictionaryData(texts))
    return makeData({ type, length: this.#length, data, dictionary, nullCount, nullBitmap })
  }

  texts({ lanes, longTexts }: ViewColumn): Data {
    const views = this.#arena.bytes(this.#length * VIEW_BYTES)
    const nullBitmap = this.#bits()
    const [valid, from] = [nullBitmap.byteOffset, lanes.byteOffset]
    const nullCount = this.#kernel.gatherViews(views.byteOffset, valid, from, this.#order, this.#length)
    const variadicBuffers = longTexts.length === 0 ? [] : [longTexts]
    return makeData({ type: new Utf8View(), length: this.#length, views, variadicBuffers, nullCount, nullBitmap })
  }

  /** A bit for each entry: it is there. */
  #bits(): Uint8Array {
    return this.#arena.bytes((this.#length + 7) >> 3)
  }
}

function dictionaryData(texts: string[]): Data<Utf8> {
  const data = Buffer.from(texts.join(''), 'utf8')
  const valueOffsets = new Int32Array(texts.length + 1)
  texts.forEach((text, index) => (valueOffsets[index + 1] = valueOffsets[index]! + Buffer.byteLength(text)))
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data })
}

function noTexts(length: number): Data {
  return makeData({
    type: new Utf8(),
    length,
    nullCount: length,
    nullBitmap: new Uint8Array((length + 7) >> 3),
    valueOffsets: new Int32Array(length + 1),
    data: new Uint8Array(0),
  })
}
