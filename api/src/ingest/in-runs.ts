/** Entries that a loop over a column goes through at a time. */
const RUN = 4096

/**
 * Goes through a column in runs. A function that is called once and loops over a million entries spends much of its time
 * in slow code, as the runtime compiles for speed what is called often; so the loops over columns are small functions
 * that are called for run after run.
 */
export function inRuns(length: number, run: (from: number, to: number) => void): void {
  for (let from = 0; from < length; from += RUN) run(from, Math.min(length, from + RUN))
}

/** A plain array over the same bytes: code that gets now a buffer and now an array is slower than with one of them. */
export function plainBytes(bytes: Uint8Array): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
