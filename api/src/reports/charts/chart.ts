/** A Vega-Lite specification, as plain JSON: its data are inside, its colours come from a theme (`chartConfig`). */
export type Specification = Record<string, unknown>

/** Something to look at: drawn by the server as SVG or PNG, and by the page. */
export interface Chart {
  /** Unique among the charts of an analysis or model: small letters, digits, "_" and "-". */
  name: string
  title: string
  /** What is seen and how it is read, in a sentence or two: stands below the title. */
  description: string
  /** As wide as its container: whoever draws it says how wide that is. */
  specification: Specification
}

/** What all specifications begin with. */
export const frame = {
  $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
  width: 'container',
  autosize: { type: 'fit-x', contains: 'padding' },
} as const
