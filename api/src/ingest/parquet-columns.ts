import pl, { type Expr, type LazyDataFrame } from 'nodejs-polars'
import type { Frame } from '../engine/polars/frame.ts'
import { JSON_ATTRIBUTE_PREFIX } from './json-columns.ts'

/** A column of a Parquet file, as events see it: the entries of a nested `attributes` are columns of their own. */
export interface ParquetColumn {
  name: string
  /** How its values are had, as plain ones. Null: they are lists, objects or bytes that are no text. */
  values: Expr | null
}

/** The columns of a file. Entries of a map are looked for in all rows: no schema names them. */
export async function parquetColumns(scan: LazyDataFrame): Promise<{ columns: ParquetColumn[]; hasMap: boolean }> {
  const head = (await scan.limit(0).collect()) as Frame
  const columns: ParquetColumn[] = []
  let hasMap = false
  for (const name of head.columns) {
    const type = typeOf(head, name)
    if (name === 'attributes' && type === 'Struct') columns.push(...(await structEntries(scan, head)))
    else if (name === 'attributes' && type === 'List' && isMap(head)) {
      hasMap = true
      const keys = await mapKeys(scan)
      columns.push(...keys.map((key) => ({ name: `${JSON_ATTRIBUTE_PREFIX}${key}`, values: pl.lit(null) })))
    } else columns.push({ name, values: await plainValues(scan, pl.col(name), type) })
  }
  return { columns, hasMap }
}

/** Polars' name of a column's type. Of bytes the library cannot tell it, and says so by throwing. */
function typeOf(head: Frame, name: string): string {
  try {
    return head.getColumn(name).dtype.variant
  } catch {
    return 'Binary'
  }
}

async function structEntries(scan: LazyDataFrame, head: Frame): Promise<ParquetColumn[]> {
  const entries = head.select('attributes').unnest('attributes') as Frame
  return Promise.all(
    entries.columns.map(async (entry) => ({
      name: `${JSON_ATTRIBUTE_PREFIX}${entry}`,
      values: await plainValues(scan, pl.col('attributes').struct.field(entry), typeOf(entries, entry)),
    })),
  )
}

/** A map comes as a list of objects with a key and a value. */
function isMap(head: Frame): boolean {
  const text = JSON.stringify(head.getColumn('attributes').dtype)
  return /^\{"DataType":\{"List":\{"DataType":\{"Struct":\[\{"name":"key",.*\{"name":"value",/.test(text)
}

async function mapKeys(scan: LazyDataFrame): Promise<string[]> {
  const keys = await scan.select(pl.col('attributes').explode().struct.field('key').unique().alias('key')).collect()
  return (keys.getColumn('key').dropNulls().toArray() as unknown[]).map(String).sort()
}

async function plainValues(scan: LazyDataFrame, values: Expr, type: string): Promise<Expr | null> {
  if (type === 'List' || type === 'Struct' || type === 'Object') return null
  if (type === 'Categorical' || type === 'Enum') return values.cast(pl.Utf8)
  // The digits as they are written: as doubles, ids of twenty digits would become one another.
  if (type === 'Decimal') return values.cast(pl.Utf8).str.replace('\\.0+$', '').str.replace('(\\.\\d*[1-9])0+$', '$1')
  if (type !== 'Binary') return values
  const text = values.cast(pl.Utf8)
  const isText = await scan
    .select(text.alias('text'))
    .limit(LOOKED_AT_ROWS)
    .collect()
    .then(() => true)
    .catch(() => false)
  return isText ? text : null
}

const LOOKED_AT_ROWS = 1000
