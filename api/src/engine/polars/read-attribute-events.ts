import pl, { type Expr } from 'nodejs-polars'
import type { PartFile } from '../engine.ts'
import { ATTRIBUTE_PREFIX, eventColumn, EXPOSURE } from '../event-columns.ts'
import type { AttributeEvents } from '../features/late-attribute.ts'
import type { Frame } from './frame.ts'
import { codedTexts, unitHalves } from './read-events.ts'
import { isInRange, type UnitRange } from './unit-ranges.ts'

/** Those of the attributes that no exposure of the parts has a value of. */
export async function attributesOfNoExposure(parts: PartFile[], attributes: readonly string[]): Promise<string[]> {
  const open = new Set(attributes)
  for (const { path } of parts) {
    if (open.size === 0) break
    const scan = pl.scanParquet(path)
    const own = [...open].filter((name) => scan.columns.includes(`${ATTRIBUTE_PREFIX}${name}`))
    if (own.length === 0) continue
    const isExposure = pl.col(eventColumn.eventType).cast(pl.Utf8).eq(pl.lit(EXPOSURE))
    const counts = own.map((name) => pl.col(`${ATTRIBUTE_PREFIX}${name}`).isNotNull().cast(pl.UInt32).sum().alias(name))
    const counted = (await scan
      .filter(isExposure)
      .select(...counts)
      .collect()) as Frame
    const [row] = counted.toRecords() as Record<string, number | null>[]
    for (const name of own) if (Number(row?.[name] ?? 0) > 0) open.delete(name)
  }
  return [...open]
}

/** The events of a part that have an attribute, exposures excepted; null where the part does not know it. */
export async function readAttributeEvents(
  path: string,
  attribute: string,
  range: UnitRange,
): Promise<AttributeEvents | null> {
  const name = `${ATTRIBUTE_PREFIX}${attribute}`
  const scan = pl.scanParquet(path)
  if (!scan.columns.includes(name)) return null
  const isOwn: Expr = pl.col(name).isNotNull().and(isInRange(range))
  const frame = (await scan
    .filter(isOwn)
    .select(
      pl.col(eventColumn.unit),
      pl.col(eventColumn.time).cast(pl.Int64).cast(pl.Float64),
      pl.col(name).cast(pl.Categorical),
    )
    .collect()) as Frame
  return {
    units: unitHalves(frame, eventColumn.unit),
    times: frame.getColumn(eventColumn.time).toTypedArray() as Float64Array,
    texts: codedTexts(frame, [name])[0]!,
  }
}
