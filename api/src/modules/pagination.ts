import { AppError } from '../errors.ts'
import { isId } from './ids.ts'

/** What a caller of a list asks for. */
export interface PageRequest {
  first: number
  /** Cursor of the last item of the page before. */
  after?: string | null
}

/** A piece of a list, newest first. */
export interface Page<Item> {
  items: { item: Item; cursor: string }[]
  hasNextPage: boolean
}

/** Where a page ends: the time (as the database writes it, to the microsecond) and the id of its last item. */
export interface Position {
  time: string
  id: string
}

export const MAX_PAGE_SIZE = 200

/** @throws AppError BAD_INPUT */
export function requirePageSize(first: number): void {
  if (!Number.isInteger(first) || first < 1 || first > MAX_PAGE_SIZE) {
    throw new AppError('BAD_INPUT', `"first" must be from 1 to ${MAX_PAGE_SIZE}, got ${first}.`, {
      details: { argument: 'first' },
    })
  }
}

/** Whether a text is a point in time as the database writes it, and one that there is. */
function isDatabaseTime(text: string): boolean {
  const [, day, rest] = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d{1,6})?[+-](0\d|1[0-5])(:[0-5]\d)?$/.exec(text) ?? []
  if (day === undefined) return false
  const date = new Date(`${day}T${rest}Z`)
  // A date such as 30 February is moved to one that there is.
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day)
}

export function encodeCursor({ time, id }: Position): string {
  return Buffer.from(JSON.stringify([time, id])).toString('base64url')
}

/**
 * @param isItsId whether a text is an id of the items of the list
 * @throws AppError BAD_INPUT for a text that is no cursor of ours.
 */
export function decodeCursor(cursor: string, isItsId: (id: string) => boolean = isId): Position {
  try {
    const [time, id] = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')) as unknown[]
    if (typeof time === 'string' && isDatabaseTime(time) && typeof id === 'string' && isItsId(id)) return { time, id }
  } catch {
    // falls through: told below
  }
  throw new AppError('BAD_INPUT', `"${cursor}" is not a cursor. Pass pageInfo.endCursor of the page before.`, {
    details: { argument: 'after' },
  })
}

/** Makes a page of rows that were read with one more than asked for. */
export function pageOf<Row extends { id: string; cursorTime: string }>(rows: Row[], first: number): Page<Row> {
  return {
    items: rows
      .slice(0, first)
      .map((row) => ({ item: row, cursor: encodeCursor({ time: row.cursorTime, id: row.id }) })),
    hasNextPage: rows.length > first,
  }
}
