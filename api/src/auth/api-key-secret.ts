import { createHash, randomInt, timingSafeEqual } from 'node:crypto'

/** An API key as it is handed out, once, and what is kept of it. */
export interface NewApiKey {
  secret: string
  prefix: string
  hash: string
}

const LETTERS = '0123456789abcdefghijklmnopqrstuvwxyz'
const NAME_LENGTH = 8
/** 36 to the power of 43 is as much as 222 bits: nobody guesses it, so that a plain hash keeps it as well as a slow one. */
const SECRET_LENGTH = 43

const FORM = /^(fl_live_[0-9a-z]{8})_[0-9A-Za-z_-]{32,200}$/

/** What an API key looks like, for those who make one themselves. */
export const API_KEY_FORM = 'fl_live_<8 small letters or digits>_<32 or more letters and digits>'

export function makeApiKey(): NewApiKey {
  return keptOf(`fl_live_${randomText(NAME_LENGTH)}_${randomText(SECRET_LENGTH)}`)!
}

/** What is kept of a key. Null: it does not have the form of one. */
export function keptOf(secret: string): NewApiKey | null {
  const prefix = FORM.exec(secret)?.[1]
  return prefix === undefined ? null : { secret, prefix, hash: createHash('sha256').update(secret).digest('hex') }
}

/** Whether two hashes are equal, in a time that does not tell how far. */
export function isSameHash(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one, 'hex'), Buffer.from(other, 'hex')]
  return a.length === b.length && timingSafeEqual(a, b)
}

function randomText(length: number): string {
  return Array.from({ length }, () => LETTERS[randomInt(LETTERS.length)]!).join('')
}
