import { openAsBlob } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { createClient } from '@fairlift/sdk'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { sampleExperiment } from '../../datasets/sample-experiment.ts'
import { sampleInput } from '../../datasets/sample-input.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { openBrowser, withoutBrowser } from './browser.ts'
import { watchManners, type PageManners } from './page-manners.ts'

interface Answer {
  data: Record<string, { userErrors?: { code: string }[]; job?: { id: string }; experiment?: { id: string } }>
  errors?: unknown
}

const TABS = [
  'Experiments',
  'NewestResults',
  'RejectedRows',
  'CreateExperiment',
  'SendEvents',
  'RunAnalysis',
  'FollowJob',
  'LookAtEvents',
  'TrainModel',
]

/** What will be so in a moment, on a slow machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 60_000 })

describe.skipIf(withoutBrowser !== null)(`GraphiQL in a browser${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  let server: TestServer
  let browser: Browser
  let page: Page
  let manners: PageManners
  /** Messages over WebSocket. */
  let frames: { from: 'page' | 'server'; text: string }[]

  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer()
    await createSample(server.url)
  })

  afterAll(async () => {
    await browser?.close()
    await server?.stop()
  })

  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    page = await context.newPage()
    manners = watchManners(page, server.url)
    frames = []
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(server.url).host) manners.foreign.push(socket.url())
      socket.on('framesent', ({ payload }) => frames.push({ from: 'page', text: String(payload) }))
      socket.on('framereceived', ({ payload }) => frames.push({ from: 'server', text: String(payload) }))
    })
    await open('/graphql')
  })

  afterEach(async () => {
    expect(manners.foreign).toEqual([])
    expect(manners.complaints).toEqual([])
    await page.context().close()
  })

  const open = async (path: string): Promise<void> => {
    await page.goto(server.url + path)
    await page.locator('.graphiql-query-editor .view-line').first().waitFor()
  }
  const tabs = () => page.locator('.graphiql-tab-button')
  const textOf = async (region: string): Promise<string> =>
    (await page.locator(region).innerText()).replaceAll('\u00a0', ' ')
  const variables = () => textOf('.graphiql-editor-tool .graphiql-editor:not(.hidden) .view-lines')
  /** What GraphiQL keeps of its editors: written when it has taken over what they hold, a moment after a change. */
  const kept = (name: 'query' | 'variables') =>
    page.evaluate((key) => localStorage.getItem(key) ?? '', `graphiql:${name}`)
  const openTab = async (name: string): Promise<void> => {
    if ((await page.locator('.graphiql-tab-active').innerText()) === name) return
    await tabs().getByText(name, { exact: true }).click()
    await soon(() => kept('query')).toMatch(new RegExp(`^\\w+ ${name}\\b`, 'm'))
  }
  const run = async (operationName: string): Promise<Answer> => {
    const isIt = (response: Response): boolean =>
      response.url() === `${server.url}/graphql` &&
      (response.request().postDataJSON() as { operationName?: string } | null)?.operationName === operationName
    const [response] = await Promise.all([page.waitForResponse(isIt), press('Execute query')])
    expect(response.request().headers()['apollo-require-preflight']).toBe('1')
    return (await response.json()) as Answer
  }
  const press = (name: string): Promise<void> => page.getByRole('button', { name }).click()

  test('opens with the tour, and shows the answer of its first step', async () => {
    expect(await page.title()).toBe('Fairlift GraphiQL')
    expect(await tabs().allInnerTexts()).toEqual(TABS)
    await run('Experiments')
    await soon(() => textOf('.result-window .view-lines')).toContain(sampleExperiment.name)
  })

  test('every step runs as it is against the sample data', async () => {
    // The subscription has a test of its own.
    for (const name of TABS.filter((tab) => tab !== 'FollowJob')) {
      await openTab(name)
      if (['SendEvents', 'RunAnalysis', 'LookAtEvents', 'TrainModel'].includes(name))
        await soon(variables).toContain('Filled in')
      const { data, errors } = await run(name)
      expect(errors, name).toBeUndefined()
      for (const payload of Object.values(data)) expect(payload?.userErrors ?? [], name).toEqual([])
    }
    // Run again, the key is taken: that is told, and nothing breaks.
    await openTab('CreateExperiment')
    const { data } = await run('CreateExperiment')
    expect(data.createExperiment?.userErrors).toMatchObject([{ code: 'TAKEN' }])
    await soon(() => textOf('.result-window .view-lines')).toContain('Choose another key')
    // Nothing so far was a subscription.
    expect(frames).toEqual([])

    await openTab('FollowJob')
    await soon(variables).toContain('Filled in')
    await press('Execute query')
    await soon(() => textOf('.result-window .view-lines')).toContain('"SUCCEEDED"')
    expect(frames.filter(({ text }) => text.includes('"subscribe"'))).toHaveLength(1)
    await soon(() => frames.at(-1)?.text).toContain('"complete"')
  })

  test('a subscription streams into the result, and stops when it is told to', async () => {
    const { data } = await ask(server.url, '{ experiment(key: "sample-checkout") { id } }')
    const id = (data.experiment as unknown as { id: string }).id
    await press('New tab')
    await page.locator('.graphiql-query-editor .monaco-editor').click()
    await page.keyboard.insertText(
      `subscription Watch { experimentUpdated(id: "${id}") { ... on ExperimentChanged { experiment { name } } } }`,
    )
    await soon(() => kept('query')).toContain('Watch')
    await press('Execute query')
    await soon(() => textOf('.result-window .view-lines')).toContain(sampleExperiment.name)

    const rename = (name: string) =>
      ask(server.url, 'mutation ($i: UpdateExperimentInput!) { updateExperiment(input: $i) { userErrors { code } } }', {
        i: { id, name },
      })
    await rename('A new name')
    await soon(() => textOf('.result-window .view-lines')).toContain('A new name')
    await rename(sampleExperiment.name)
    await soon(() => textOf('.result-window .view-lines')).toContain(sampleExperiment.name)

    await press('Stop query')
    await soon(() => frames.filter(({ from, text }) => from === 'page' && text.includes('"complete"'))).toHaveLength(1)
  })

  test('what a person wrote is kept for the next visit, until the examples are asked for', async () => {
    await openTab('RunAnalysis')
    await soon(variables).toContain('Filled in')
    await page.locator('.graphiql-editor-tool .graphiql-editor:not(.hidden) .monaco-editor').click()
    await page.keyboard.press('Control+A')
    await page.keyboard.insertText('{ "experimentId": "of my own" }')
    await soon(() => kept('variables')).toContain('of my own')
    await openTab('Experiments')
    await openTab('RunAnalysis')
    await open('/graphql')
    expect(await tabs().allInnerTexts()).toEqual(TABS)
    await soon(variables).toContain('of my own')

    await open('/graphql?examples')
    // So that loading the page again does not ask for them again.
    expect(page.url()).toBe(`${server.url}/graphql`)
    expect(await tabs().allInnerTexts()).toEqual(TABS)
    expect(await page.locator('.graphiql-tab-active').innerText()).toBe('Experiments')
    await openTab('RunAnalysis')
    await soon(variables).toContain('Filled in')
  })
})

/** The sample experiment as the demo has it: created, with its events and an analysis. */
async function createSample(url: string): Promise<void> {
  const client = createClient({ url })
  const { id: experimentId } = await client.createExperiment(sampleInput())
  const file = await openAsBlob(fileURLToPath(new URL('../../datasets/sample_events.csv', import.meta.url)))
  await client.uploadEvents({ experimentId, file, fileName: 'sample_events.csv' }).result()
  await client.runAnalysis({ experimentId }).result()
  client.close()
}

async function ask(url: string, query: string, variables: Record<string, unknown> = {}): Promise<Answer> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query, variables }),
  })
  const answer = (await response.json()) as Answer
  if (answer.errors !== undefined) throw new Error(JSON.stringify(answer.errors))
  return answer
}
