import pl, { type Expr } from 'nodejs-polars'
import type { Frame } from '../engine/polars/frame.ts'

/** The frame with its texts trimmed and empty texts made null. */
export function trimmed(frame: Frame): Frame {
  const texts = frame.columns.filter((name) => frame.getColumn(name).dtype.variant === 'String')
  if (texts.length === 0) return frame
  return frame.withColumns(
    ...texts.map((name) => {
      const text = pl.col(name).str.stripChars(WHITESPACE)
      return pl
        .when(text.eq(pl.lit('')))
        .then(pl.lit(null))
        .otherwise(text)
        .alias(name)
    }),
  ) as Frame
}

/**
 * A column as text, null where there is none. Files with types (Parquet) and files of text give the same texts: the
 * whole number 7 stored as a double is "7", not "7.0".
 */
export function textOf(frame: Frame, name: string): Expr {
  const column = pl.col(name)
  const dtype = frame.getColumn(name).dtype.variant
  if (dtype === 'String') return column
  if (dtype === 'Float64' || dtype === 'Float32') {
    const whole = column.eq(column.floor()).and(column.abs().lt(pl.lit(2 ** 53)))
    return pl.when(whole).then(column.cast(pl.Int64, false).cast(pl.Utf8)).otherwise(column.cast(pl.Utf8))
  }
  return column.cast(pl.Utf8)
}

/** A number whose points part thousands and whose comma parts the fraction; NaN and the like are told as what they are. */
const DECIMAL_COMMA = '^[^.]*$|^[+-]?\\d{1,3}(\\.\\d{3})+(,\\d+)?$'

/** A column as finite or infinite numbers, null where the text is no number. `1.234,5` is read when commas are decimal. */
export function numberOf(frame: Frame, name: string, decimalComma: boolean): Expr {
  if (isNumeric(frame, name)) return pl.col(name).cast(pl.Float64)
  const text = textOf(frame, name)
  if (!decimalComma) return text.cast(pl.Float64, false)
  const plain = text.str.replaceAll('.', '', true).str.replace(',', '.', true)
  // 1,234.50 and 12.5 are written the other way: without their points they would be other numbers.
  return pl.when(text.str.contains(DECIMAL_COMMA)).then(plain).otherwise(pl.lit(null)).cast(pl.Float64, false)
}

/** A column as 1 for yes and 0 for no, null for anything else; an empty field is no. */
export function flagOf(frame: Frame, name: string): Expr {
  const dtype = frame.getColumn(name).dtype.variant
  if (dtype === 'Bool') return pl.col(name).cast(pl.Float64).fillNull(pl.lit(0))
  if (isNumeric(frame, name)) {
    const number = pl.col(name).cast(pl.Float64).fillNull(pl.lit(0))
    return pl
      .when(number.eq(pl.lit(0)).or(number.eq(pl.lit(1))))
      .then(number)
      .otherwise(pl.lit(null))
  }
  const text = textOf(frame, name).str.toLowerCase().fillNull(pl.lit('no'))
  return pl
    .when(text.isIn(YES))
    .then(pl.lit(1))
    .when(text.isIn(NO))
    .then(pl.lit(0))
    .otherwise(pl.lit(null))
    .cast(pl.Float64)
}

const YES = ['1', '1.0', 'true', 't', 'yes', 'y']
const NO = ['0', '0.0', 'false', 'f', 'no', 'n']
const WHITESPACE = ' \t\r\n\u00a0'

/** Whether a column holds numbers. */
export function isNumeric(frame: Frame, name: string): boolean {
  return /^(U?Int\d+|Float\d+|Decimal)$/.test(frame.getColumn(name).dtype.variant)
}
