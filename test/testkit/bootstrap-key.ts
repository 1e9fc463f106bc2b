import { randomBytes } from 'node:crypto'

/** An API key as an operator makes one. */
export function newBootstrapKey(): string {
  return `fl_live_${randomBytes(4).toString('hex')}_${randomBytes(32).toString('hex')}`
}
