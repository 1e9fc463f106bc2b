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
import { gatherCodes, gatherDoubles, gatherLanes, gatherRows, gatherViews, gatherWhole } from './gather.ts'
import { inRuns } from './in-runs.ts'
import { VIEW_LANES } from './text-views.ts'

/**
 * Some events of a block as a frame with the columns of a part, in a given order. The columns go to Polars as Arrow
 * buffers, texts of few values as dictionaries, so that nothing is parsed or looked up again. Attributes that no event
 * has are left out.
 *
 * @param order indexes of events
 */
export function frameOfBlock(block: BlockColumns, order: Int32Array): Frame {
  const columns: [string, Data][] = [
    [eventColumn.unit, unitData(block, order)],
    [eventColumn.time, timeData(block, order)],
    [eventColumn.userId, textData(block.userId, order)],
    [eventColumn.variantId, codeData(block.variant, order)],
    [eventColumn.eventType, codeData(block.eventType, order)],
    [eventColumn.value, valueData(block.value, order)],
    [eventColumn.eventId, block.eventId === null ? noTexts(order.length) : textData(block.eventId, order)],
    [eventColumn.row, rowData(block.row, order)],
  ]
  for (const { name, column } of block.attributes) {
    const data = 'codes' in column ? codeData(column, order) : textData(column, order)
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

function unitData({ unitHigh, unitLow }: BlockColumns, order: Int32Array): Data {
  const lanes = new Int32Array(order.length * 2)
  inRuns(order.length, (from, to) => gatherLanes(lanes, unitLow, unitHigh, order, from, to))
  return makeData({ type: new Int64(), length: order.length, nullCount: 0, data: new BigInt64Array(lanes.buffer) })
}

function timeData({ time }: BlockColumns, order: Int32Array): Data {
  const lanes = new Int32Array(order.length * 2)
  inRuns(order.length, (from, to) => gatherWhole(lanes, time, order, from, to))
  const data = new BigInt64Array(lanes.buffer)
  return makeData({ type: new TimestampMicrosecond('UTC'), length: order.length, nullCount: 0, data })
}

function rowData(row: Uint32Array, order: Int32Array): Data {
  const data = new Uint32Array(order.length)
  inRuns(order.length, (from, to) => gatherRows(data, row, order, from, to))
  return makeData({ type: new Uint32(), length: order.length, nullCount: 0, data })
}

function valueData(values: Float64Array, order: Int32Array): Data {
  const data = new Float64Array(order.length)
  const valid = allValid(order.length)
  let nullCount = 0
  inRuns(order.length, (from, to) => (nullCount += gatherDoubles(data, valid, values, order, from, to)))
  return makeData({ type: new Float64(), length: order.length, data, nullCount, nullBitmap: valid })
}

function codeData({ codes, texts }: CodeColumn, order: Int32Array): Data {
  const data = new Int16Array(order.length)
  const valid = allValid(order.length)
  let nullCount = 0
  inRuns(order.length, (from, to) => (nullCount += gatherCodes(data, valid, codes, order, from, to)))
  const type = new Dictionary(new Utf8(), new Int16())
  const dictionary = makeVector(dictionaryData(texts))
  return makeData({ type, length: order.length, data, dictionary, nullCount, nullBitmap: valid })
}

function dictionaryData(texts: string[]): Data<Utf8> {
  const data = Buffer.from(texts.join(''), 'utf8')
  const valueOffsets = new Int32Array(texts.length + 1)
  texts.forEach((text, index) => (valueOffsets[index + 1] = valueOffsets[index]! + Buffer.byteLength(text)))
  return makeData({ type: new Utf8(), length: texts.length, nullCount: 0, valueOffsets, data })
}

function textData({ lanes, longTexts }: ViewColumn, order: Int32Array): Data {
  const { length } = order
  const views = new Int32Array(length * VIEW_LANES)
  const valid = allValid(length)
  let nullCount = 0
  inRuns(length, (from, to) => (nullCount += gatherViews(views, valid, lanes, order, from, to)))
  return makeData({
    type: new Utf8View(),
    length,
    views: new Uint8Array(views.buffer),
    variadicBuffers: longTexts.length === 0 ? [] : [longTexts],
    nullCount,
    nullBitmap: valid,
  })
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

/** A bit for each entry: it is there. */
function allValid(length: number): Uint8Array {
  return new Uint8Array((length + 7) >> 3).fill(255)
}
