import { notFound } from '../errors.ts'

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** An id as the database takes it. What is no UUID names nothing. Throws AppError NOT_FOUND. */
export function requireId(what: string, id: string): string {
  if (!UUID.test(id)) throw notFound(what, id)
  return id.toLowerCase()
}
