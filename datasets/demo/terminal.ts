import { styleText } from 'node:util'
import { Presets, SingleBar } from 'cli-progress'

type Style = 'bold' | 'gray' | 'red' | 'green' | 'yellow' | 'cyan'

/** Colours and bold for a stream that shows them (NO_COLOR and pipes are respected), plain text otherwise. */
export function paint(style: Style | Style[], text: string): string {
  return styleText(style, text, { stream: process.stdout, validateStream: true })
}

export function hasColours(): boolean {
  return paint('bold', '.') !== '.'
}

export function say(text = ''): void {
  process.stdout.write(`${text}\n`)
}

/** A line for something that is done. */
export function done(what: string, remark = ''): void {
  say(`  ${paint('green', '✔')} ${what}${remark === '' ? '' : paint('gray', `  ${remark}`)}`)
}

/**
 * A bar for one piece of work. Where nobody watches (a pipe, CI) nothing is drawn, and only the line that says it is
 * done appears.
 */
export class Progress {
  readonly #bar: SingleBar | null
  #isShown = false

  constructor(what: string) {
    this.#bar = process.stdout.isTTY
      ? new SingleBar(
          {
            format: `  ${paint('cyan', '{bar}')} {percentage}%  ${what}  ${paint('gray', '{stage}')}`,
            barsize: 28,
            hideCursor: true,
            clearOnComplete: true,
            gracefulExit: false,
            stopOnComplete: false,
            linewrap: null,
          },
          Presets.shades_classic,
        )
      : null
  }

  /** `share` from 0 to 1. */
  show(share: number, stage = ''): void {
    if (this.#bar === null) return
    if (!this.#isShown) this.#bar.start(100, 0, { stage: '' })
    this.#isShown = true
    this.#bar.update(Math.floor(Math.min(1, Math.max(0, share)) * 100), { stage })
  }

  end(): void {
    if (this.#isShown) this.#bar?.stop()
    this.#isShown = false
  }
}
