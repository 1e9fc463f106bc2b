import type { Page } from 'playwright-core'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { eventFile } from '../testkit/event-file.ts'
import { withoutBrowser } from './browser.ts'
import { expectNoBarriers } from './find-barriers.ts'
import { useUi } from './use-ui.ts'

const STORED = 'fairlift:api-key'

describe.skipIf(withoutBrowser !== null)(
  `the UI where the server asks for a key${withoutBrowser ? ` (${withoutBrowser})` : ''}`,
  () => {
    // A browser writes a line about each request that is refused.
    const ui = useUi({ env: { AUTH_REQUIRED: 'true' }, allowed: /status of 401|WebSocket/ })
    const { open, button, heading, field } = ui
    let page: Page
    let readerKey: string

    beforeAll(async () => {
      const { id: experimentId } = await ui.client.createExperiment({ key: 'shop', name: 'Shop window' })
      const file = new Blob([await eventFile({ users: 60 }).text(), 'u-bad,control,exposure,,not a time,mobile\n'])
      await ui.client.uploadEvents({ experimentId, file, fileName: 'events.csv' }).result()
      await ui.client.runAnalysis({ experimentId }).result()
      readerKey = (await ui.client.createApiKey({ name: 'Reader', scopes: ['experiments:read'] })).secret!
    })

    beforeEach(() => {
      page = ui.page
    })

    const signIn = async (key: string): Promise<void> => {
      await field('API key').fill(key)
      await button('Sign in').click()
    }
    const stored = (where: 'sessionStorage' | 'localStorage') =>
      page.evaluate(([storage, name]) => globalThis[storage as 'localStorage'].getItem(name!), [where, STORED])
    const menu = () => page.locator('header summary')

    test('signing in: a wrong key is told, a good one shows the page that was asked for, and who one is', async () => {
      await open('/experiments/shop')
      await heading('Sign in').waitFor()
      await signIn('fl_live_wrong')
      await page.getByText('There is no such API key').waitFor()
      await signIn(ui.server.firstApiKey!)
      await heading('Shop window').waitFor()
      expect(await menu().innerText()).toBe('First key')
      await menu().click()
      expect(await page.locator('header li').allInnerTexts()).toEqual([
        ...['experiments:read', 'experiments:write', 'events:write', 'analyses:run', 'admin'],
      ])
      expect([await stored('sessionStorage'), await stored('localStorage')]).toEqual([ui.server.firstApiKey, null])

      // What happens on the server is told to who signed in.
      await ui.client.updateExperiment({ id: (await ui.client.experiment({ key: 'shop' })).id, name: 'Shop door' })
      await heading('Shop door').waitFor()
      await ui.client.updateExperiment({ id: (await ui.client.experiment({ key: 'shop' })).id, name: 'Shop window' })

      await page.reload()
      await heading('Shop window').waitFor()
      await menu().click()
      await button('Sign out').click()
      await heading('Sign in').waitFor()
      expect(await stored('sessionStorage')).toBeNull()
    })

    test('who wants to stays signed in on the device', async () => {
      await open('/')
      await page.getByLabel('Stay signed in on this device').check()
      await signIn(readerKey)
      await heading('Experiments').waitFor()
      expect(await stored('localStorage')).toBe(readerKey)
      const other = await page.context().newPage()
      await other.goto(`${ui.server.url}/experiments/shop`)
      await other.getByRole('heading', { name: 'Shop window' }).waitFor()
    })

    test('what a key does not allow is switched off, and the page says why', async () => {
      await open('/experiments/shop')
      await signIn(readerKey)
      await heading('Shop window').waitFor()
      const reason = (scope: string) => page.getByText(`Your key “Reader” does not have the scope ${scope}.`)
      await button('Run analysis').waitFor()
      expect(await button('Run analysis').isDisabled()).toBe(true)
      expect(await button('Start').isDisabled()).toBe(true)
      expect(await button('Verify').isDisabled()).toBe(true)
      await reason('analyses:run').first().waitFor()
      await reason('experiments:write').waitFor()

      await page.getByRole('link', { name: 'Data', exact: true }).click()
      await reason('events:write').first().waitFor()
      expect(await page.getByText('Choose a file').count()).toBe(0)
      // The uploads are listed all the same; the rows of single users are not.
      await page.getByRole('listitem').getByText('events.csv').click()
      await page.getByText('1 row was rejected').waitFor()
      expect(await page.getByText('All rejected rows (CSV)').count()).toBe(0)
      await page.getByText('Look at single events').click()
      await reason('admin').waitFor()

      await page.getByRole('link', { name: 'Setup', exact: true }).click()
      await button('Save changes').waitFor()
      expect(await button('Save changes').isDisabled()).toBe(true)
      await page.getByRole('link', { name: 'Fairlift: all experiments' }).click()
      await heading('Experiments').waitFor()
      expect(await page.getByRole('link', { name: 'New experiment' }).count()).toBe(0)
      await open('/keys')
      await page.getByText('Keys are looked after by who administers Fairlift').waitFor()
    })

    test('a key is made, shown once, used, and revoked', async () => {
      await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
      await open('/keys')
      await signIn(ui.server.firstApiKey!)
      await heading('All keys').waitFor()
      await button('Create key').click()
      await page.getByText('A key has a name of 1 to 100 characters').waitFor()
      await field('Name').fill('Nightly upload')
      await field('Expires').selectOption('90')
      await page.getByLabel('experiments:read').uncheck()
      await page.getByLabel('events:write').check()
      await button('Create key').click()
      const secret = await field('Secret of the new key').inputValue()
      expect(secret).toMatch(/^fl_live_/)
      await button('Copy').click()
      await page.getByText('Copied.').waitFor()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(secret)
      await expectNoBarriersHere()
      await button('I have kept it').click()
      expect(await page.getByText(secret).count()).toBe(0)

      const made = (await ui.client.apiKeys()).find(({ name }) => name === 'Nightly upload')!
      expect(made).toMatchObject({ scopes: ['events:write'], revokedAt: null })
      expect(secret.startsWith(made.prefix)).toBe(true)
      const days = (new Date(made.expiresAt!).getTime() - Date.now()) / 86_400_000
      expect(Math.round(days)).toBe(90)

      await button('Revoke Nightly upload …').click()
      await button('Revoke “Nightly upload”').click()
      await page.getByText('Revoked', { exact: true }).waitFor()
      // The last one that can make others stays, and the page says why.
      await button('Revoke First key …').click()
      await button('Revoke “First key”').click()
      await page.getByText('This is the last key with the scope "admin"').waitFor()
    })

    async function expectNoBarriersHere(): Promise<void> {
      await expectNoBarriers(page, () => Promise.resolve())
      await page.setViewportSize({ width: 1280, height: 900 })
    }

    test('a key that is revoked while the page is open leads to signing in again', async () => {
      const { apiKey, secret } = await ui.client.createApiKey({ name: 'Short', scopes: ['experiments:read'] })
      await open('/')
      await signIn(secret!)
      await heading('Experiments').waitFor()
      await page.getByText('Shop window').waitFor()
      await ui.client.revokeApiKey(apiKey.id)
      await heading('Sign in').waitFor()
      await page.getByText('was revoked').waitFor()
    })

    test('the sign-in has no barriers, and neither has the menu of who signed in', async () => {
      await expectNoBarriers(page, async () => {
        await open('/')
        await heading('Sign in').waitFor()
        await signIn('fl_live_wrong')
        await page.getByText('There is no such API key').waitFor()
      })
      await signIn(ui.server.firstApiKey!)
      await expectNoBarriers(page, async () => {
        await open('/')
        await menu().click()
        await page.getByText('May do').waitFor()
      })
    })

    test('GraphiQL takes the key of who signed in, or asks for one', async () => {
      await open('/graphql')
      const key = page.getByLabel('API key')
      await key.fill(ui.server.firstApiKey!)
      await page.getByRole('button', { name: 'Use', exact: true }).click()
      await page.getByText('First key').waitFor()
      const answered = page.waitForResponse(
        (response) =>
          (response.request().postDataJSON() as { operationName?: string })?.operationName === 'Experiments',
      )
      await page.getByRole('button', { name: 'Execute query' }).click()
      const answer = (await (await answered).json()) as { data: { experiments: { nodes: { key: string }[] } } }
      expect(JSON.stringify(answer)).toContain('"shop"')
      await open('/experiments/shop')
      await heading('Shop window').waitFor()
      await open('/graphql')
      await page.getByRole('button', { name: 'Forget key' }).click()
      await key.waitFor()
    })
  },
)
