import { expect, test } from 'vitest'
import { useServer } from '../testkit/use-server.ts'

const run = useServer()

test('an answer may have more rows than one statement of the database takes', async () => {
  const [variants, metrics, segments] = [20, 10, 50].map((length, kind) =>
    Array.from({ length }, (_, index) => `${'vms'[kind]}${index}`),
  ) as [string[], string[], string[]]
  for (const key of metrics) {
    const numerator = { eventTypes: [key], aggregation: 'COUNT' as const }
    await run.client.defineMetric({ key, name: key, kind: 'MEAN', numerator })
  }
  const { id } = await run.client.createExperiment({
    key: 'many-rows',
    name: 'Many rows',
    variants: variants.map((key, index) => ({ key, role: index === 0 ? 'CONTROL' : 'TREATMENT' })),
    metrics: metrics.map((key, index) => ({ key, role: index === 0 ? 'PRIMARY' : 'SECONDARY' })),
  })
  const exposures = variants.flatMap((variant) =>
    segments.map((segment) => `${variant}-${segment},${variant},exposure,2026-06-01T12:00:00Z,${segment}`),
  )
  const file = new File([['user_id,variant_id,event_type,timestamp,group', ...exposures].join('\n')], 'many.csv')
  await run.client.uploadEvents({ experimentId: id, file }).result()
  const question = { experimentId: id, segmentBy: 'group', segmentTop: 50 }
  const analysis = await run.client.runAnalysis(question).result()
  expect(analysis.segments).toHaveLength((variants.length - 1) * metrics.length * segments.length)
  const places = analysis.segments.map(({ segment, metric, treatment }) => [segment!.value, metric.key, treatment.key])
  expect(new Set(places.map(String)).size).toBe(places.length)
})
