import { openAsBlob } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page, Response } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { sampleExperiment } from '../../datasets/sample-experiment.ts'
import { startServer, type TestServer } from '../testkit/server.ts'
import { openBrowser, withoutBrowser } from './browser.ts'

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
]

/** What will be so in a moment, on a slow machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 20_000 })

describe.skipIf(withoutBrowser !== null)(`GraphiQL in a browser${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  let server: TestServer
  let browser: Browser
  let page: Page
  /** What the page must not do: ask other hosts, or write errors to the console. */
  let foreign: string[]
  let complaints: string[]
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
    foreign = []
    complaints = []
    frames = []
    page.on('request', (request) => {
      const { origin, protocol } = new URL(request.url())
      if (origin !== server.url && protocol !== 'data:') foreign.push(request.url())
    })
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text())
    })
    page.on('pageerror', ({ message }) => complaints.push(message))
    page.on('websocket', (socket) => {
      if (new URL(socket.url()).host !== new URL(server.url).host) foreign.push(socket.url())
      socket.on('framesent', ({ payload }) => frames.push({ from: 'page', text: String(payload) }))
      socket.on('framereceived', ({ payload }) => frames.push({ from: 'server', text: String(payload) }))
    })
    await open('/graphql')
  })

  afterEach(async () => {
    expect(foreign).toEqual([])
    expect(complaints).toEqual([])
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
    for (const name of TABS.slice(0, -1)) {
      await openTab(name)
      if (name === 'SendEvents' || name === 'RunAnalysis') await soon(variables).toContain('Filled in')
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
  const { key, name, hypothesis, startAt, endAt } = sampleExperiment
  const created = await ask(
    url,
    'mutation ($i: CreateExperimentInput!) { createExperiment(input: $i) { experiment { id } } }',
    { i: { key, name, hypothesis, startAt, endAt } },
  )
  const experimentId = created.data.createExperiment?.experiment?.id
  const form = new FormData()
  const query =
    'mutation ($f: Upload!, $i: UploadEventsInput!) { uploadEvents(file: $f, input: $i) { job { id } userErrors { code } } }'
  form.set('operations', JSON.stringify({ query, variables: { f: null, i: { experimentId } } }))
  form.set('map', '{ "0": ["variables.f"] }')
  const file = fileURLToPath(new URL('../../datasets/sample_events.csv', import.meta.url))
  form.set('0', await openAsBlob(file), 'sample_events.csv')
  const headers = { 'apollo-require-preflight': '1' }
  const uploaded = (await (await fetch(`${url}/graphql`, { method: 'POST', headers, body: form })).json()) as Answer
  await untilDone(url, uploaded.data.uploadEvents?.job?.id)
  const asked = await ask(url, 'mutation ($i: RunAnalysisInput!) { runAnalysis(input: $i) { job { id } } }', {
    i: { experimentId },
  })
  await untilDone(url, asked.data.runAnalysis?.job?.id)
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

async function untilDone(url: string, id: string | undefined): Promise<void> {
  await vi.waitFor(
    async () => {
      const { data } = await ask(url, 'query ($id: ID!) { job(id: $id) { status } }', { id })
      expect(data.job).toEqual({ status: 'SUCCEEDED' })
    },
    { timeout: 60_000, interval: 200 },
  )
}
