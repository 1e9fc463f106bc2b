import { notFound } from '../errors.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

export function isId(text: string): boolean {
  return UUID.test(text)
}

/** An id as the database takes it. What is no UUID names nothing. Throws AppError NOT_FOUND. */
export function requireId(what: string, id: string): string {
  if (!isId(id)) throw notFound(what, id)
  return id.toLowerCase()
}
