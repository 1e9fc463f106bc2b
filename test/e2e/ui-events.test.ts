import { describe, expect, test } from 'vitest'
import { eventRecords } from '../testkit/event-records.ts'
import { withoutBrowser } from './browser.ts'
import { useUi } from './use-ui.ts'

describe.skipIf(withoutBrowser !== null)(`data that arrive${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  const ui = useUi()

  test('are analysed by themselves where that was asked for: the page shows each answer without a reload', async () => {
    const { client, page } = ui
    await ui.open('/experiments/new')
    await ui.field('Name').fill('By itself')
    await page.getByLabel('Analyse by itself when data arrive').check()
    await ui.button('Create experiment').click()
    await ui.heading('Upload events').waitFor()
    const { id, autoRun } = await client.experiment({ key: 'by-itself' })
    expect(autoRun).toBe(true)
    await page.getByRole('link', { name: 'Results' }).click()
    await ui.heading('No data yet').waitFor()
    await client.ingestEvents({ experimentId: id, records: eventRecords(60) }).result()
    await page.getByText('data version 1', { exact: false }).first().waitFor()
    await client.ingestEvents({ experimentId: id, records: eventRecords(40, 60) }).result()
    await page.getByText(/, data version 2$/).waitFor()
    expect(await page.getByText('This is an earlier analysis').count()).toBe(0)
  })

  test('can be looked at event by event, found by user and type', async () => {
    const { client, page } = ui
    const { id: experimentId } = await client.createExperiment({ key: 'single', name: 'Single events' })
    await client.ingestEvents({ experimentId, records: eventRecords(60) }).result()
    await ui.open('/experiments/single/data')
    await page.getByText('Look at single events').click()
    const rows = page.getByRole('group', { name: 'Events found' }).locator('tbody tr')
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(20)
    await ui.button('Show earlier ones').click()
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(40)
    // By the keyboard alone.
    await ui.field('User').focus()
    await page.keyboard.type('user 6')
    await page.keyboard.press('Tab')
    await page.keyboard.type('purchase')
    await page.keyboard.press('Enter')
    await expect.poll(() => rows.count(), { timeout: 60_000 }).toBe(2)
    expect(await rows.first().innerText()).toMatch(/2026-06-01 01:02:00\s+user 6\s+purchase\s+5.5/)
    await ui.field('User').fill('nobody')
    await ui.button('Search').click()
    await page.getByText('No event was found.').waitFor()
  })
})
