import type { Chart } from '@fairlift/sdk'
import { loader as vegaLoader, logger, parse, View, Warn, type Loader } from 'vega'
import { expressionInterpreter } from 'vega-interpreter'
import { compile, type TopLevelSpec } from 'vega-lite'

// Half a megabyte that most visits do not need: only ever imported when a chart comes into sight.

/** Words at the edge reach a little beyond the drawing. */
const PADDING = 4

/**
 * Draws a chart into an element, as wide as is said. Nothing is loaded: data from elsewhere are refused.
 *
 * @returns what takes the drawing away again
 */
export async function drawChart(
  container: HTMLElement,
  specification: Chart['specification'],
  width: number,
): Promise<() => void> {
  const sized = { ...specification, width: width - 2 * PADDING, padding: PADDING }
  const { spec } = compile(sized as unknown as TopLevelSpec, { logger: logger(Warn) })
  // The page's policy forbids to make code of text: expressions are interpreted.
  const view = new View(parse(spec, undefined, { ast: true }), {
    renderer: 'svg',
    container,
    hover: true,
    expr: expressionInterpreter,
    loader: refusingLoader(),
  })
  await view.runAsync()
  return () => void view.finalize()
}

function refusingLoader(): Loader {
  const refuse = (uri: string): Promise<never> =>
    Promise.reject(new Error(`Charts load nothing, and were asked for "${uri}".`))
  return { ...vegaLoader(), load: refuse, sanitize: refuse, http: refuse, file: refuse }
}
