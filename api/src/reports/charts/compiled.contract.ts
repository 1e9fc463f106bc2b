import { compile, type TopLevelSpec } from 'vega-lite'
import type { Specification } from './chart.ts'
import { withTheme } from './theme.ts'

/** What Vega-Lite has to say against a specification, in each theme. */
export function complaints(specification: Specification): string[] {
  const said: string[] = []
  const note = (...words: unknown[]) => {
    said.push(words.join(' '))
    return logger
  }
  const logger = { level: () => logger, error: note, warn: note, info: () => logger, debug: () => logger }
  for (const theme of ['LIGHT', 'DARK'] as const)
    compile({ ...withTheme(specification, theme), width: 600 } as unknown as TopLevelSpec, { logger: logger as never })
  return said
}

/** All rows of data in a specification. */
export function valuesOf(specification: Specification): Record<string, unknown>[] {
  const found: Record<string, unknown>[] = []
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return
    const { data } = part as { data?: { values?: Record<string, unknown>[] } }
    if (data?.values !== undefined) found.push(...data.values)
    Object.values(part).forEach(visit)
  }
  visit(specification)
  return found
}
