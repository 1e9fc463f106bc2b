import { describe, expect, test } from 'vitest'
import { eventRecords } from '../testkit/event-records.ts'
import { withoutBrowser } from './browser.ts'
import { useUi } from './use-ui.ts'

/** What will be so in a moment, on a slow machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 60_000 })

describe.skipIf(withoutBrowser !== null)(
  `the list of experiments${withoutBrowser ? ` (${withoutBrowser})` : ''}`,
  () => {
    const ui = useUi()
    const rows = () => ui.page.getByRole('table').locator('tbody tr')

    test('shows in a second tab what the first one does, without a reload: a new experiment, its state, its answer', async () => {
      const { client, page } = ui
      const { id: experimentId } = await client.createExperiment({ key: 'earlier', name: 'Earlier' })
      await ui.open('/')
      await rows().filter({ hasText: 'Earlier' }).waitFor()
      const other = await page.context().newPage()
      await other.goto(new URL('/experiments/new', page.url()).href)
      await other.getByLabel('Name', { exact: true }).fill('From the other tab')
      await other.getByRole('button', { name: 'Create experiment' }).click()
      const row = rows().filter({ hasText: 'From the other tab' })
      await row.filter({ hasText: 'No data yet' }).waitFor()
      await other.getByRole('button', { name: 'Start', exact: true }).click()
      await row.filter({ hasText: 'Running' }).waitFor()

      await client.ingestEvents({ experimentId, records: eventRecords(60) }).result()
      await client.runAnalysis({ experimentId }).result()
      await rows().filter({ hasText: 'Earlier' }).filter({ hasText: 'No verdict yet' }).waitFor()
      expect(await rows().count()).toBe(2)
    })

    test('is found again by its address: search and status are part of it, and going back leads to them', async () => {
      const { client, page } = ui
      for (let i = 0; i < 22; i++) await client.createExperiment({ key: `page-${i}`, name: `Many ${i}` })
      await ui.open('/')
      await soon(() => rows().count()).toBe(20)
      await ui.button('Load more').click()
      await soon(() => rows().count()).toBe(24)
      // What changes meanwhile changes in its place: the pages that were read stay.
      await client.createExperiment({ key: 'newest', name: 'Newest' })
      await rows().first().filter({ hasText: 'Newest' }).waitFor()
      expect(await rows().count()).toBe(24)

      await page.getByLabel('Search by name or key').fill('other tab')
      await page.getByLabel('Status', { exact: true }).selectOption('RUNNING')
      await soon(() => rows().count()).toBe(1)
      expect(new URL(page.url()).search).toBe('?search=other+tab&status=RUNNING')
      await rows().getByRole('link').click()
      await ui.heading('From the other tab').waitFor()
      await page.goBack()
      await soon(() => rows().count()).toBe(1)
      expect(await page.getByLabel('Search by name or key').inputValue()).toBe('other tab')
      await page.getByRole('link', { name: 'Fairlift: all experiments' }).click()
      await soon(() => rows().count()).toBe(20)
    })
  },
)
