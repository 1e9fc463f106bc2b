import { isUtf8 } from 'node:buffer'
import { FileError } from './contract.ts'

/** What a mapping may say of the bytes of a text file. */
export const textEncodings = ['UTF_8', 'UTF_16', 'WINDOWS_1252'] as const
export type TextEncoding = (typeof textEncodings)[number]

/** How the letters of a text file are stored, with the order of bytes where it matters. */
export type FileEncoding = 'UTF_8' | 'UTF_16LE' | 'UTF_16BE' | 'WINDOWS_1252'

/** Share of the bytes at one place of each pair that are zero where text is UTF-16: separators, digits, line ends. */
const UTF16_ZEROS = 0.4
const UTF16_ZEROS_ELSEWHERE = 0.02

/**
 * How the letters of a file are stored, by its first bytes and by what the mapping says. A byte order mark counts more
 * than a mapping. Windows-1252 can never be told for sure, so without a mapping it is found only where it is asked for:
 * any other file is UTF-8, and rows that are not are rejected one by one.
 *
 * @param guesses also look for Windows-1252, to propose it to a person
 * @throws FileError INVALID_MAPPING when the bytes contradict the mapping: letters would silently become others
 */
export function encodingOf(head: Buffer, given: TextEncoding | null, guesses: boolean): FileEncoding {
  const marked = markedEncoding(head)
  if (marked !== null) return marked
  const [first, second] = zeroShares(head)
  if (second > UTF16_ZEROS && first < UTF16_ZEROS_ELSEWHERE) return 'UTF_16LE'
  if (first > UTF16_ZEROS && second < UTF16_ZEROS_ELSEWHERE) return 'UTF_16BE'
  if (given === 'UTF_16') {
    if (first + second === 0) throw contradiction(given, 'has no zero bytes, which every UTF-16 file has')
    return first > second ? 'UTF_16BE' : 'UTF_16LE'
  }
  const { good, bad } = sequences(head)
  if (given === 'WINDOWS_1252') {
    if (good > 0 && bad === 0) throw contradiction(given, 'is UTF-8')
    return given
  }
  return given === null && guesses && bad > good ? 'WINDOWS_1252' : 'UTF_8'
}

function markedEncoding(head: Buffer): FileEncoding | null {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return 'UTF_8'
  if (head[0] === 0xff && head[1] === 0xfe) return 'UTF_16LE'
  if (head[0] === 0xfe && head[1] === 0xff) return 'UTF_16BE'
  return null
}

const LOOKED_AT_BYTES = 8192

/** Shares of zeros among the first and among the second bytes of the pairs. */
function zeroShares(head: Buffer): [number, number] {
  const pairs = Math.floor(Math.min(head.length, LOOKED_AT_BYTES) / 2)
  const zeros: [number, number] = [0, 0]
  for (let i = 0; i < pairs * 2; i++) if (head[i] === 0) zeros[(i % 2) as 0 | 1]++
  return pairs === 0 ? [0, 0] : [zeros[0] / pairs, zeros[1] / pairs]
}

/** How many letters beyond ASCII are good UTF-8, and how many bytes are not. */
function sequences(head: Buffer): { good: number; bad: number } {
  // The head may end within a letter.
  const end = isUtf8(head) ? head.length : Math.max(0, head.length - 3)
  const text = head.toString('utf8', 0, end)
  const bad = text.match(/\ufffd/g)?.length ?? 0
  // eslint-disable-next-line no-control-regex -- all letters of ASCII, the control characters too
  const beyondAscii = text.replaceAll(/[\x00-\x7f]+/g, '').length
  return { good: beyondAscii - bad, bad }
}

function contradiction(given: TextEncoding, why: string): FileError {
  return new FileError(
    'INVALID_MAPPING',
    `The mapping says that the text is ${given}, but the file ${why}. Leave \`encoding\` out.`,
    { value: given },
  )
}

/**
 * Text as UTF-8 without a byte order mark.
 *
 * @throws FileError CORRUPT_FILE where UTF-16 is damaged: unlike UTF-8 it has no rows that could be told apart.
 */
export async function* asUtf8(source: AsyncIterable<Buffer>, encoding: FileEncoding): AsyncGenerator<Buffer> {
  if (encoding === 'UTF_8') return yield* withoutMark(source)
  const isUtf16 = encoding !== 'WINDOWS_1252'
  const label = { UTF_16LE: 'utf-16le', UTF_16BE: 'utf-16be', WINDOWS_1252: 'windows-1252' }[encoding]
  const decoder = new TextDecoder(label, { fatal: isUtf16 })
  const decode = (bytes?: Buffer): Buffer => {
    try {
      return Buffer.from(bytes === undefined ? decoder.decode() : decoder.decode(bytes, { stream: true }))
    } catch (cause) {
      const message = 'The UTF-16 text is damaged or ends within a letter. Save the file again, best as UTF-8.'
      throw new FileError('CORRUPT_FILE', message, { cause })
    }
  }
  for await (const chunk of source) yield decode(chunk)
  yield decode()
}

async function* withoutMark(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let head: Buffer | null = Buffer.alloc(0)
  for await (let chunk of source) {
    if (head !== null) {
      chunk = Buffer.concat([head, chunk])
      if (chunk.length < 3) {
        head = chunk
        continue
      }
      head = null
      if (chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf) chunk = chunk.subarray(3)
    }
    yield chunk
  }
  if (head !== null) yield head
}
