import type { Chart, ChartTheme } from '@fairlift/sdk'

/** The charts of an analysis or a model: read when they come into sight, in the colours of the page. */
export class ChartSet {
  charts = $state.raw<Chart[] | null>(null)
  error = $state.raw<unknown>(null)
  /** The name of the chart on show. Null: the first. */
  chosen = $state<string | null>(null)
  #wanted = ''

  get shown(): Chart | null {
    return this.charts?.find(({ name }) => name === this.chosen) ?? this.charts?.[0] ?? null
  }

  /** `key` tells one set from another: charts of an older question are dropped. */
  async load(key: string, read: (theme: ChartTheme) => Promise<Chart[]>, theme: ChartTheme): Promise<void> {
    const wanted = `${key} ${theme}`
    if (wanted === this.#wanted && this.error === null) return
    this.#wanted = wanted
    try {
      const charts = await read(theme)
      if (this.#wanted !== wanted) return
      this.charts = charts
      this.error = null
    } catch (error) {
      if (this.#wanted === wanted) this.error = error
    }
  }
}
