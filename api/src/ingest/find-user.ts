import { open } from 'node:fs/promises'
import pl from 'nodejs-polars'
import { compressionOf, readUnpacked, type RawLimits } from './read-raw.ts'

export interface FindUserRequest {
  userId: string
  /** Raw files of any format. */
  paths: string[]
  rawLimits: RawLimits
}

/**
 * Tells of each raw file whether it may hold a user, so that it must go when the user is erased. Where that cannot be
 * known, because the file is damaged or nested in ways that are not looked into, the answer is yes.
 */
export async function findUser({ userId, paths, rawLimits }: FindUserRequest): Promise<boolean[]> {
  const found: boolean[] = []
  for (const path of paths) {
    try {
      found.push((await isParquet(path)) ? await parquetHolds(path, userId) : await textHolds(path, userId, rawLimits))
    } catch {
      found.push(true)
    }
  }
  return found
}

async function isParquet(path: string): Promise<boolean> {
  const file = await open(path)
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(4), 0, 4, 0)
    return buffer.toString('latin1', 0, bytesRead) === 'PAR1'
  } finally {
    await file.close()
  }
}

async function parquetHolds(path: string, userId: string): Promise<boolean> {
  const scan = pl.scanParquet(path)
  for (const name of scan.columns) {
    const id = pl.lit(userId)
    const isText = pl.col(name).cast(pl.Utf8).str.strip().eq(id)
    // The user "7" may stand there as 7.0.
    const isNumber = pl.col(name).cast(pl.Float64, false).cast(pl.Int64, false).cast(pl.Utf8).eq(id)
    const matches = await scan.select(isText.or(isNumber).alias('match')).filter(pl.col('match')).collect()
    if (matches.height > 0) return true
  }
  return false
}

/** Looks for the user's id as bytes, standing by itself, in the encodings and the ways of quoting that files have. */
async function textHolds(path: string, userId: string, limits: RawLimits): Promise<boolean> {
  const needles = needlesOf(userId)
  const longest = Math.max(...needles.map(({ bytes }) => bytes.length))
  let tail = Buffer.alloc(0)
  for await (const chunk of readUnpacked(path, await compressionOf(path), limits)) {
    const window = Buffer.concat([tail, chunk])
    // The end is looked at with the next chunk too: what follows a match decides whether it stands by itself.
    if (needles.some((needle) => holds(window, needle))) return true
    tail = Buffer.from(window.subarray(Math.max(0, window.length - longest - 4)))
  }
  return false
}

interface Needle {
  bytes: Buffer
  /** Bytes of a character, and which of them tells a letter or digit. */
  width: 1 | 2
  low: 0 | 1
}

function needlesOf(userId: string): Needle[] {
  const json = JSON.stringify(userId).slice(1, -1)
  const escaped = json.replaceAll(/[^\x20-\x7e]/g, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, '0')}`)
  const spellings = [...new Set([userId, userId.replaceAll('"', '""'), json, escaped, escaped.toLowerCase()])]
  return spellings.flatMap((text): Needle[] => [
    { bytes: Buffer.from(text, 'utf8'), width: 1, low: 0 },
    { bytes: inWindows1252(text), width: 1, low: 0 },
    { bytes: Buffer.from(text, 'utf16le'), width: 2, low: 0 },
    { bytes: Buffer.from(text, 'utf16le').swap16(), width: 2, low: 1 },
  ])
}

/** A text as Windows-1252 has it, which is Latin-1 but for some signs such as the apostrophe of O’Hara. */
function inWindows1252(text: string): Buffer {
  return Buffer.from([...text].map((sign) => WINDOWS_1252.get(sign) ?? sign).join(''), 'latin1')
}
const WINDOWS_1252 = new Map(
  Array.from({ length: 0x20 }, (_, index) => {
    const byte = 0x80 + index
    return [new TextDecoder('windows-1252').decode(Uint8Array.of(byte)), String.fromCharCode(byte)]
  }),
)

function holds(window: Buffer, { bytes, width, low }: Needle): boolean {
  for (let at = window.indexOf(bytes); at >= 0; at = window.indexOf(bytes, at + 1)) {
    const before = window[at - width + low]
    const after = window[at + bytes.length + low]
    if (!isWord(before) && !isWord(after)) return true
  }
  return false
}

/** Letters and digits go on with the word: "u1" is not in "u12". */
function isWord(byte: number | undefined): boolean {
  return byte !== undefined && /[A-Za-z0-9_]/.test(String.fromCharCode(byte))
}
