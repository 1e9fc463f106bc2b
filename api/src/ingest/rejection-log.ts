import { createWriteStream, type WriteStream } from 'node:fs'
import { once } from 'node:events'
import { limits, type Rejection, type RejectionCode } from './contract.ts'

/** Counts rejections by code, keeps the first as samples, and writes all of them to a CSV file. */
export class RejectionLog {
  readonly samples: Rejection[] = []
  readonly #path: string
  readonly #counts = new Map<RejectionCode, number>()
  #file: WriteStream | null = null

  constructor(path: string) {
    this.#path = path
  }

  async add(rejections: Rejection[]): Promise<void> {
    if (rejections.length === 0) return
    if (this.#file === null) {
      this.#file = createWriteStream(this.#path)
      this.#file.write('row,column,code,value,message\n')
    }
    for (const { code } of rejections) this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1)
    this.samples.push(...rejections.slice(0, limits.rejectionSamples - this.samples.length))
    const lines = rejections.map(({ row, column, code, value, message }) =>
      [row, column ?? '', code, value ?? '', message].map(csvField).join(','),
    )
    if (!this.#file.write(lines.join('\n') + '\n')) await once(this.#file, 'drain')
  }

  counts(): { code: RejectionCode; count: number }[] {
    return [...this.#counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count)
  }

  /** Ends the file; returns its path, or null when nothing was rejected. */
  async close(): Promise<string | null> {
    if (this.#file === null) return null
    this.#file.end()
    await once(this.#file, 'close')
    return this.#path
  }
}

/** A value of an upload is nobody's formula: spreadsheets must not run it. */
function csvField(value: string | number): string {
  const text = typeof value === 'string' && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value)
  return /[",\n\r]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}
