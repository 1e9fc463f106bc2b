import { openAsBlob } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { createClient } from '@fairlift/sdk'
import { ensurePagesBuilt } from '../../datasets/demo/build-pages.ts'
import { sampleExperiment } from '../../datasets/sample-experiment.ts'
import { sampleInput } from '../../datasets/sample-input.ts'
import { startServer } from '../testkit/server.ts'
import { openBrowser } from './browser.ts'

// Takes the README's pictures anew: tsx --conditions=source test/e2e/take-screenshots.ts

const SIZE = { width: 1280, height: 912 }
const folder = fileURLToPath(new URL('../../docs/images', import.meta.url))
const sampleFile = fileURLToPath(new URL('../../datasets/sample_events.csv', import.meta.url))

await mkdir(folder, { recursive: true })
await ensurePagesBuilt()
const server = await startServer()
const browser = await openBrowser()
try {
  await makeSample(server.url)
  for (const [colorScheme, name] of [
    ['light', 'experiment-page.png'],
    ['dark', 'experiment-page-dark.png'],
  ] as const) {
    const context = await browser.newContext({ viewport: SIZE, colorScheme, timezoneId: 'UTC' })
    const page = await context.newPage()
    await page.goto(`${server.url}/experiments/${sampleExperiment.key}`)
    await page.getByRole('heading', { name: 'By device' }).waitFor()
    await page.evaluate(() => document.fonts.ready)
    await page.screenshot({ path: `${folder}/${name}` })
    await context.close()
  }
} finally {
  await browser.close()
  await server.stop()
}

/** The sample experiment as the demo has it. */
async function makeSample(url: string): Promise<void> {
  const client = createClient({ url })
  const { id } = await client.createExperiment(sampleInput())
  const file = await openAsBlob(sampleFile)
  await client.uploadEvents({ experimentId: id, file, fileName: 'sample_events.csv' }).result()
  await client.stopExperiment(id)
  await client.runAnalysis({ experimentId: id, segmentBy: 'device' }).result()
  client.close()
}
