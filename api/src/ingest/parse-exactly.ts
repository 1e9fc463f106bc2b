import pl, { type Expr } from 'nodejs-polars'
import { _Expr } from 'nodejs-polars/bin/lazy/expr/index.js'

/**
 * Reads a column of texts as microseconds since 1970 by a format that each text must match as a whole; null where it
 * does not.
 *
 * The library's own `str.strptime` looks for the format anywhere in a text, which accepts "x2026-01-01T00:00:00Z" and
 * takes four times as long. The exact way is there in the native library but has no public name, hence the reach into
 * its insides; the version is pinned, and tests read times of every form.
 */
export function parseExactly(name: string, format: string): Expr {
  const native = (pl.col(name) as unknown as { _expr: NativeExpr })._expr
  const time = native.strToDatetime(format, undefined, undefined, NOT_STRICT, EXACT, NO_CACHE, undefined)
  // A format with milliseconds gives times in milliseconds.
  return _Expr(time).cast(pl.Datetime('us')).cast(pl.Int64)
}

interface NativeExpr {
  strToDatetime(
    format: string,
    timeUnit: undefined,
    timeZone: undefined,
    strict: boolean,
    exact: boolean,
    cache: boolean,
    ambiguous: undefined,
  ): unknown
}

const NOT_STRICT = false
const EXACT = true
const NO_CACHE = false
