import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import type { Page } from 'playwright-core'
import { expect } from 'vitest'

const axeFile = createRequire(import.meta.url).resolve('axe-core/axe.min.js')

/**
 * Fails where what a page shows has barriers, in light or dark, on a desk or on a phone, or is wider than the screen.
 *
 * @param show brings it up, on a page of a new size and colour
 */
export async function expectNoBarriers(page: Page, show: () => Promise<void>): Promise<void> {
  const axe = await readFile(axeFile, 'utf8')
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme })
    await page.setViewportSize({ width: 1280, height: 900 })
    await show()
    await settled(page)
    expect(await widthOverflow(page)).toBe(0)
    await page.evaluate(axe)
    expect(await violations(page), colorScheme).toEqual([])
    await page.setViewportSize({ width: 390, height: 844 })
    // Charts are drawn anew for the new width.
    await settled(page)
    expect(await widthOverflow(page), 'at 390 px').toBe(0)
    expect(await violations(page), `${colorScheme} at 390 px`).toEqual([])
  }
}

function widthOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
}

/** Waits until the page has not changed for a while: a button that is enabled while axe looks at it has two colours. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        let timer = setTimeout(done, 400)
        const observer = new MutationObserver(() => {
          clearTimeout(timer)
          timer = setTimeout(done, 400)
        })
        observer.observe(document, { subtree: true, childList: true, attributes: true, characterData: true })
        function done(): void {
          observer.disconnect()
          resolve()
        }
      }),
  )
}

interface AxeResult {
  violations: { id: string; impact: string; nodes: { html: string }[] }[]
}

/** What axe-core finds, in a form that a failing test shows well. */
async function violations(page: Page): Promise<string[]> {
  const result = await page.evaluate(() =>
    (globalThis as unknown as { axe: { run: (options: unknown) => Promise<AxeResult> } }).axe.run({}),
  )
  return result.violations.flatMap(({ id, impact, nodes }) => nodes.map(({ html }) => `${impact} ${id}: ${html}`))
}
