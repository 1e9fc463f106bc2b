import { createClient, type FairliftClient } from '@fairlift/sdk'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest'
import { startServer, type ServerOptions, type TestServer } from '../testkit/server.ts'
import { openBrowser } from './browser.ts'
import { watchManners, type PageManners } from './page-manners.ts'

/** A server with the UI, and a page to look at it. Its parts can be used within tests only. */
export interface Ui {
  readonly server: TestServer
  readonly client: FairliftClient
  /** A new one for each test. */
  readonly page: Page
  readonly open: (path: string) => Promise<unknown>
  readonly button: (name: string) => Locator
  readonly heading: (name: string | RegExp) => Locator
  readonly field: (label: string) => Locator
  /** Where the page is. */
  readonly path: () => string
}

export interface UiOptions extends Omit<ServerOptions, 'env'> {
  /** Variables of the server; as a function where they are known only when the tests begin. */
  env?: ServerOptions['env'] | (() => Record<string, string>)
  /** Errors in the console that are meant, such as those of requests that the server refuses. */
  allowed?: RegExp
  /** Origins beside the server's that its pages ask, known when the server runs. */
  alsoAsked?: () => string[]
}

/**
 * Has a server and a browser run for the tests of the surrounding `describe`. After each of them its page must have asked
 * no other host, and written no error to the console.
 */
export function useUi({ allowed, env, alsoAsked, ...options }: UiOptions = {}): Ui {
  let server: TestServer
  let client: FairliftClient
  let browser: Browser
  let page: Page
  let manners: PageManners

  beforeAll(async () => {
    browser = await openBrowser()
    server = await startServer({ ...options, env: typeof env === 'function' ? env() : env })
    const key = server.firstApiKey
    client = createClient({ url: server.url, ...(key !== null && { apiKey: key }) })
  })

  afterAll(async () => {
    client?.close()
    await browser?.close()
    await server?.stop()
  })

  beforeEach(async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, reducedMotion: 'reduce' })
    context.setDefaultTimeout(60_000)
    page = await context.newPage()
    manners = watchManners(page, server.url, ...(alsoAsked?.() ?? []))
  })

  afterEach(async () => {
    expect(manners.foreign).toEqual([])
    expect(manners.complaints.filter((text) => allowed?.test(text) !== true)).toEqual([])
    await page.context().close()
  })

  return {
    get server() {
      return server
    },
    get client() {
      return client
    },
    get page() {
      return page
    },
    open: (path) => page.goto(server.url + path),
    button: (name) => page.getByRole('button', { name, exact: true }),
    heading: (name) => page.getByRole('heading', { name }),
    field: (label) => page.getByLabel(label, { exact: true }),
    path: () => new URL(page.url()).pathname,
  }
}
