import { openAsBlob } from 'node:fs'
import type { FairliftClient } from '@fairlift/sdk'
import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sampleExperiment } from '../../datasets/sample-experiment.ts'
import { withoutBrowser } from './browser.ts'
import { halfUnknownFile, sampleFile, springMail, springMailFile } from './event-files.ts'
import { expectNoBarriers } from './find-barriers.ts'
import { useUi } from './use-ui.ts'

describe.skipIf(withoutBrowser !== null)(`the UI in a browser${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  const ui = useUi()
  const { open, heading, path } = ui
  let page: Page

  beforeAll(async () => {
    await makeSample(ui.client)
    await makeSpringMail(ui.client)
    await makeStopped(ui.client)
    await ui.client.createExperiment({ key: 'bare', name: 'Bare' })
  })

  beforeEach(() => {
    page = ui.page
  })

  const pages = [
    ['the list', '/', /^Experiments$/],
    ['the form', '/experiments/new', /^Metrics$/],
    ['the results', `/experiments/${sampleExperiment.key}`, /^Health of the data$/],
    ['two analyses compared', `/experiments/${sampleExperiment.key}/compare`, /^How the data changed$/],
    ['nothing to compare', '/experiments/stopped/compare', /^There is nothing to compare yet$/],
    ['an experiment without data', '/experiments/bare', /^No data yet$/],
    ['three variants', '/experiments/mail', /^By region$/],
    ['a model', `/experiments/${sampleExperiment.key}/models`, /^What was asked$/],
    ['the models where there are none', '/experiments/mail/models', /^Train a model$/],
    ['the uploads', `/experiments/${sampleExperiment.key}/data`, /^Uploads so far$/],
    ['the setup', `/experiments/${sampleExperiment.key}/setup`, /^How many users does it take\?$/],
    ['the API keys', '/keys', /^All keys$/],
    ['an unknown experiment', '/experiments/unknown', /no such experiment/],
    ['an unknown address', '/some/where', /no such page/],
  ] as const

  test.each(pages)(
    '%s: no barriers in light and dark, and nothing wider than a phone',
    async (_name, address, ready) => {
      await expectNoBarriers(page, async () => {
        await open(address)
        await heading(ready).waitFor()
        await openAll()
      })
    },
  )

  /** Shows what is folded away, so that it is looked at as well. */
  async function openAll(): Promise<void> {
    if (path().endsWith('/data')) await page.getByText('sample_events.csv').first().waitFor()
    await page.evaluate(() =>
      document.querySelectorAll('main details').forEach((each) => each.setAttribute('open', '')),
    )
    for (const details of await page.getByRole('button', { name: /^Details of/ }).all()) await details.click()
    if (path().endsWith('/data')) await page.getByRole('table').first().waitFor()
    // Charts are drawn when they come into sight.
    const charts = heading('Charts')
    if ((await charts.count()) > 0) {
      await charts.scrollIntoViewIfNeeded()
      await page.locator('.frame svg').first().waitFor()
    }
    if (path().endsWith('/setup')) await page.getByRole('img', { name: /^Smallest lift/ }).waitFor()
    if (path().endsWith('/compare')) await page.locator('main h2').first().waitFor()
  }
})

/** The sample with an analysis, and a file that came after it: held back at first, and then taken over. */
async function makeSample(client: FairliftClient): Promise<void> {
  const { key, name, startAt, endAt } = sampleExperiment
  const { id } = await client.createExperiment({ key, name, startAt, endAt, currency: 'EUR' })
  const file = await openAsBlob(sampleFile)
  await client.uploadEvents({ experimentId: id, file, fileName: 'sample_events.csv' }).result()
  await client.runAnalysis({ experimentId: id, correction: 'HOLM' }).result()
  await client.runAnalysis({ experimentId: id, segmentBy: 'device' }).result()
  const features = [{ attribute: 'device' }, { history: { measure: 'FREQUENCY' as const, eventTypes: ['purchase'] } }]
  const target = { kind: 'CONVERSION' as const }
  await client.trainModel({ experimentId: id, target, features, interactions: ['device'] }).result()
  const half = { experimentId: id, file: new File([halfUnknownFile], 'half.csv') }
  await expect(client.uploadEvents(half).result()).rejects.toMatchObject({ code: 'BATCH_QUARANTINED' })
  expect(await client.uploadEvents({ ...half, maxRejectRate: 0.6 }).result()).toMatchObject({ rejected: 25 })
}

/** Three variants with a breakdown, and rows that were rejected. */
async function makeSpringMail(client: FairliftClient): Promise<void> {
  const { id } = await client.createExperiment(springMail)
  const batch = await client
    .uploadEvents({
      experimentId: id,
      file: new File([springMailFile], 'mail.csv'),
      mapping: {
        userId: 'customer',
        variant: [
          {
            column: 'group',
            values: [
              { value: 'red', variant: 'none' },
              { value: 'green', variant: 'short' },
              { value: 'blue', variant: 'long' },
            ],
          },
        ],
        constantTimestamp: '2026-06-01T00:00:00.000Z',
        outcomes: [
          { column: 'converted', eventType: 'conversion', kind: 'FLAG' },
          { column: 'revenue', eventType: 'purchase', kind: 'VALUE' },
        ],
        attributes: [{ column: 'region' }],
      },
    })
    .result()
  expect(batch).toMatchObject({ rows: 900, rejected: 3 })
  await client.runAnalysis({ experimentId: id, segmentBy: 'region' }).result()
}

/** One that is over, with few users and nothing that they did. */
async function makeStopped(client: FairliftClient): Promise<void> {
  const { id } = await client.createExperiment({ key: 'stopped', name: 'Stopped', plannedUnits: 5000 })
  const records = Array.from({ length: 40 }, (_, i) => ({
    user_id: `u${i}`,
    variant_id: i % 2 ? 'control' : 'treatment',
    event_type: 'exposure',
    timestamp: new Date(Date.now() - 60_000).toISOString(),
  }))
  await client.ingestEvents({ experimentId: id, records }).result()
  await client.runAnalysis({ experimentId: id }).result()
  await client.startExperiment(id)
  await client.stopExperiment(id)
}
