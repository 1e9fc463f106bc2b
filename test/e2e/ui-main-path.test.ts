import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { parseCsv } from '../testkit/parse-csv.ts'
import {
  hasSharedDatasets,
  referenceOf,
  sharedPath,
  titleOf,
  type ProportionReference,
} from '../testkit/shared-datasets.ts'
import { withoutBrowser } from './browser.ts'
import { useUi } from './use-ui.ts'

/** What will be so in a moment, on a slow machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 120_000 })

const arms = ['No E-Mail', 'Mens E-Mail', 'Womens E-Mail']
const percentOf = (share: number) => `${(share * 100).toFixed(1)}%`

const isSkipped = withoutBrowser !== null || !hasSharedDatasets
const title =
  withoutBrowser === null ? titleOf('the main path with published data') : `the main path (${withoutBrowser})`

describe.skipIf(isSkipped)(title, () => {
  const ui = useUi()
  const { button, field, heading } = ui

  test('hillstrom: created, uploaded, mapped, analysed, read, downloaded, modelled and compared, while a second tab looks on', async () => {
    const { client, page } = ui
    await ui.open('/experiments/new')
    await field('Name').fill('E-mail campaign')
    await field('Key').fill('hillstrom')
    await field('Control').fill(arms[0]!)
    await button('Add a treatment').click()
    await field('Treatment 1').fill(arms[1]!)
    await field('Treatment 2').fill(arms[2]!)
    await button('Create experiment').click()
    await heading('Upload events').waitFor()
    const other = await page.context().newPage()
    await other.goto(new URL('/experiments/hillstrom', page.url()).href)
    await other.getByRole('heading', { name: 'No data yet' }).waitFor()

    const file = { name: 'hillstrom.csv.gz', mimeType: 'application/gzip' }
    const buffer = readFileSync(sharedPath('hillstrom/hillstrom.csv.gz'))
    await page.locator('input[type=file]').setInputFiles({ ...file, buffer })
    await page.getByText('This is how the file will be read').waitFor()
    expect(await field('Column segment is read as').inputValue()).toBe('variant')
    await button('Upload').click()
    await page.getByText(/^[\d,]+ events taken over/).waitFor()
    await other.getByRole('heading', { name: 'Run the analysis' }).waitFor()

    await page.getByRole('link', { name: 'Go to the analysis' }).click()
    await page.getByLabel('Break down by').selectOption('channel')
    await page.getByText('More options').click()
    await field('Correction for several tests').selectOption('HOLM')
    await button('Run analysis').click()
    await page.getByRole('progressbar', { name: 'Analysing' }).waitFor()
    await heading('Lift over the control').waitFor()
    await other.getByRole('heading', { name: 'Lift over the control' }).waitFor()

    // The numbers are those that SciPy and statsmodels found.
    const reference =
      referenceOf<Record<`conversion_${'mens' | 'womens'}_vs_control`, ProportionReference>>('hillstrom')
    for (const tab of [page, other]) {
      const table = tab.getByRole('table', { name: 'Results over all users' })
      for (const [arm, expected] of [
        [arms[1]!, reference.conversion_mens_vs_control],
        [arms[2]!, reference.conversion_womens_vs_control],
      ] as const) {
        const told = await table.getByRole('row', { name: new RegExp(`^Conversion rate ${arm}`) }).innerText()
        expect(told).toContain(`+${percentOf(expected.relative_lift)}`)
        expect(told).toContain(
          `${expected.treatment.x.toLocaleString('en-US')} of ${expected.treatment.n.toLocaleString('en-US')}`,
        )
      }
    }
    const { id: experimentId, latestAnalysis } = await client.experiment({ key: 'hillstrom' })
    const analysis = await client.analysis(latestAnalysis!.id)
    expect(analysis.settings).toMatchObject({ correction: 'HOLM', segmentBy: 'channel' })
    await page.getByText(analysis.decision.summary).first().waitFor()

    // A tab in the background draws nothing.
    await page.bringToFront()
    await heading('Charts').scrollIntoViewIfNeeded()
    const chart = page.getByRole('img', { name: /^Lift by metric/ }).locator('svg')
    await chart.waitFor()
    expect(await chart.innerHTML()).toContain(analysis.results[0]!.metric.name)

    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'All rows as CSV' }).click(),
    ])
    const rows = parseCsv(await readFile(await csv.path(), 'utf8'))
    expect(rows).toHaveLength(analysis.results.length + analysis.segments.length)
    const [parquet] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Parquet', exact: true }).click(),
    ])
    expect((await readFile(await parquet.path())).subarray(0, 4).toString()).toBe('PAR1')

    const [pdf] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Report as PDF' }).click(),
    ])
    expect((await readFile(await pdf.path())).subarray(0, 5).toString()).toBe('%PDF-')

    // The same question as the one on show, asked otherwise: then both side by side.
    await button('As the analysis on show was asked').click()
    expect(await field('Correction for several tests').inputValue()).toBe('HOLM')
    await field('Correction for several tests').selectOption('NONE')
    await button('Run analysis').click()
    await page.getByText('not adjusted').waitFor()
    await page
      .getByRole('link', { name: /^Compare that of/ })
      .first()
      .click()
    await heading('Two analyses compared').waitFor()
    const asked = page.getByRole('row').filter({ hasText: 'Several tests' })
    expect(await asked.innerText()).toMatch(/Holm.*not adjusted/s)

    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await field('The effect may differ by channel').check()
    await button('Train model').click()
    await heading('Model of conversion').waitFor()
    await other.getByRole('link', { name: 'Models', exact: true }).click()
    await other.getByRole('heading', { name: 'Model of conversion' }).waitFor()
    await soon(async () => (await client.models(experimentId).page()).items.length).toBe(1)
  })

  test('an analysis that is cancelled tells so and leaves nothing; a mistaken question is told at its field', async () => {
    const { client, page } = ui
    const { id: experimentId } = await client.experiment({ key: 'hillstrom' })
    await ui.open('/experiments/hillstrom')
    await page.getByText('More options').click()
    await field('Cut values above the percentile (optional)').fill('20')
    await button('Run analysis').click()
    await soon(() => field('Cut values above the percentile (optional)').getAttribute('aria-invalid')).toBe('true')
    await field('Cut values above the percentile (optional)').fill('99')

    // Behind others of the experiment, so that there is time to cancel it.
    const others = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        client.runAnalysis({ experimentId, timeseries: true, level: 0.9 + i / 1000, idempotencyKey: `busy-${i}` }),
      ),
    )
    await button('Run analysis').click()
    await button('Cancel').click()
    await page.getByText('The analysis was cancelled').waitFor()
    await Promise.all(others.map(({ id }) => client.cancelJob(id)))
    for (const { id } of others) await client.waitForJob(id)
    const { items } = await client.analyses(experimentId).page()
    expect(items.filter(({ settings }) => settings.winsorization !== null)).toEqual([])
  })
})
