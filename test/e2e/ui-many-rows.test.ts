import type { FairliftClient } from '@fairlift/sdk'
import { describe, expect, test } from 'vitest'
import { withoutBrowser } from './browser.ts'
import { useUi } from './use-ui.ts'

const TREATMENTS = 4
const PLACES = 50
const USERS = 5_000

/** What a person does not notice as a delay: the work of the browser for one key, not how long a busy machine took. */
const UNNOTICED_SECONDS = 0.25

describe.skipIf(withoutBrowser !== null)(`many rows${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  const ui = useUi()

  /** Fifty places by four treatments. */
  async function makeMany(client: FairliftClient): Promise<void> {
    const treatments = Array.from({ length: TREATMENTS }, (_, i) => ({ key: `t${i}`, role: 'TREATMENT' as const }))
    const variants = [{ key: 'control', role: 'CONTROL' as const }, ...treatments]
    const { id: experimentId } = await client.createExperiment({ key: 'many', name: 'Many', variants })
    const lines = Array.from({ length: USERS }, (_, i) => {
      const variant = variants[i % variants.length]!.key
      const place = `place ${Math.floor(i / variants.length) % PLACES}`
      const exposure = `u${i},${variant},exposure,,2026-06-05T10:00:00Z,${place}`
      const isBuyer = Math.floor(i / 250) % 3 === 0
      return isBuyer ? `${exposure}\nu${i},${variant},purchase,10,2026-06-06T10:00:00Z,${place}` : exposure
    })
    const text = `user_id,variant_id,event_type,value,timestamp,place\n${lines.join('\n')}\n`
    await client.uploadEvents({ experimentId, file: new File([text], 'many.csv') }).result()
    await client.runAnalysis({ experimentId, segmentBy: 'place', segmentTop: PLACES }).result()
  }

  test('two hundred rows of one metric are found in without a delay that one notices', async () => {
    const { page } = ui
    await makeMany(ui.client)
    await ui.open('/experiments/many')
    const table = page.getByRole('table', { name: 'Results by place' })
    const rows = table.locator('tr.result')
    await rows.first().waitFor()
    expect(await rows.count()).toBe(TREATMENTS * PLACES)

    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const worked = async (): Promise<number> => {
      const { metrics } = await cdp.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'TaskDuration')!.value
    }
    const finder = page.getByRole('search', { name: 'Rows of Results by place' }).getByLabel('Find a row')
    await finder.scrollIntoViewIfNeeded()
    const costs: number[] = []
    for (const key of 'place 17') {
      const before = await worked()
      await finder.press(key === ' ' ? 'Space' : key)
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
      costs.push((await worked()) - before)
    }
    expect(await rows.count()).toBe(TREATMENTS)
    expect(Math.max(...costs)).toBeLessThan(UNNOTICED_SECONDS)

    await finder.fill('t2')
    await expect.poll(() => rows.count()).toBe(PLACES)
    const before = await worked()
    await finder.fill('')
    await expect.poll(() => rows.count()).toBe(TREATMENTS * PLACES)
    await page.mouse.wheel(0, 20_000)
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))))
    // All rows at once, and down to the last of them.
    expect((await worked()) - before).toBeLessThan(4 * UNNOTICED_SECONDS)
  })
})
