import type { Page } from 'playwright-core'

/** What a page must not do. */
export interface PageManners {
  /** Requests to other hosts than it may ask. */
  foreign: string[]
  /** Errors and warnings in the console. */
  complaints: string[]
}

/** Notes what a page does that it must not, from now on. */
export function watchManners(page: Page, ...origins: string[]): PageManners {
  const manners: PageManners = { foreign: [], complaints: [] }
  page.on('request', (request) => {
    const { origin, protocol } = new URL(request.url())
    if (!origins.includes(origin) && protocol !== 'data:') manners.foreign.push(request.url())
  })
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) manners.complaints.push(message.text())
  })
  page.on('pageerror', ({ message }) => manners.complaints.push(message))
  return manners
}
