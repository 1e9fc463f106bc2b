import { createClient } from '@fairlift/sdk'
import { describe, test } from 'vitest'
import { startServer, type TestServer } from '../testkit/server.ts'
import { openBrowser, withoutBrowser } from './browser.ts'

describe.skipIf(withoutBrowser !== null)('the UI without its server', () => {
  test('says that the connection was lost, and comes up to date by itself when the server is back', async () => {
    const browser = await openBrowser()
    const first = await startServer()
    const port = Number(new URL(first.url).port)
    let second: TestServer | null = null
    try {
      const experiment = await createClient({ url: first.url }).createExperiment({ key: 'kept', name: 'Kept' })
      const context = await browser.newContext()
      context.setDefaultTimeout(60_000)
      const page = await context.newPage()
      const list = await context.newPage()
      await list.goto(first.url)
      await list.getByRole('link', { name: 'Kept' }).waitFor()
      await page.goto(`${first.url}/experiments/kept`)
      await page.getByRole('heading', { name: 'No data yet' }).waitFor()
      // The other views are fetched when the page has come to rest.
      await page.waitForFunction(() =>
        performance.getEntriesByType('resource').some(({ name }) => name.includes('/setup-view-')),
      )
      await first.kill()
      await page.getByText('The connection to the server was lost').waitFor()
      // What cannot be done without the server says so where it was asked for.
      await page.getByRole('button', { name: 'Start', exact: true }).click()
      await page.getByText('Fairlift’s server does not answer').waitFor()
      // The list stays as it was, and says that it may be behind; a page that is opened now says why it is not there.
      await list.getByText('The connection to the server was lost').waitFor()
      await list.getByRole('link', { name: 'Kept' }).click()
      await list.getByText('appears by itself when the server answers').waitFor()
      // What was fetched before is there without the server.
      await page.getByRole('link', { name: 'Setup' }).click()
      await page.getByRole('heading', { name: 'Plan', exact: true }).waitFor()

      second = await startServer({ dataDir: first.dataDir, port })
      await createClient({ url: second.url }).updateExperiment({ id: experiment.id, name: 'Changed meanwhile' })
      await page.getByRole('heading', { name: 'Changed meanwhile' }).waitFor()
      await page.getByText('The connection to the server was lost').waitFor({ state: 'hidden' })
      await list.getByRole('heading', { name: 'Changed meanwhile' }).waitFor()
    } finally {
      await browser.close()
      await second?.stop()
      await first.stop()
    }
  })
})
