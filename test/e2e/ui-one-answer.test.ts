import { readFile } from 'node:fs/promises'
import type { Analysis, MetricResult } from '@fairlift/sdk'
import type { Locator } from 'playwright-core'
import { describe, expect, test } from 'vitest'
import { sampleInput } from '../../datasets/sample-input.ts'
import { parseCsv } from '../testkit/parse-csv.ts'
import { withoutBrowser } from './browser.ts'
import { sampleFile } from './event-files.ts'
import { useUi } from './use-ui.ts'

/** All numbers of a text, as they were written: "+6.8% to +33.1%" is 6.8 and 33.1. */
function numbersIn(text: string): number[] {
  const found = text
    .replaceAll('−', '-')
    .replaceAll(',', '')
    .matchAll(/-?\d+(?:\.\d+)?/g)
  return [...found].map(([number]) => Number(number))
}

/** What a number is when it is written with a decimal. */
const percentOf = (share: number) => Number((share * 100).toFixed(1))

/** What a p-value is when it is written. */
const shownP = (p: number) => (p < 0.0001 ? 0.0001 : p > 0.9999 ? 0.9999 : Number(p.toPrecision(2)))

describe.skipIf(withoutBrowser !== null)(`one answer${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  const ui = useUi()

  async function analysed(): Promise<Analysis> {
    const { client } = ui
    const { id: experimentId } = await client.createExperiment({ ...sampleInput(), key: 'one-answer' })
    const file = new File([await readFile(sampleFile)], 'sample_events.csv')
    await client.uploadEvents({ experimentId, file }).result()
    const settings = {
      segmentBy: 'device',
      correction: 'HOLM',
      varianceReduction: { kind: 'CUPED' },
      bayesian: {},
      looks: { kind: 'ALWAYS_VALID' },
    } as const
    return client.runAnalysis({ experimentId, ...settings }).result()
  }

  async function expectRow(cells: Locator, row: MetricResult): Promise<void> {
    const { estimate, confidenceInterval } = row.relativeEffect!
    const lift = numbersIn(await cells.locator('td.lift').innerText())
    expect(lift).toEqual([estimate!, confidenceInterval.lower!, confidenceInterval.upper!].map(percentOf))
    const p = numbersIn(await cells.locator('td.p').innerText())
    expect(p).toEqual([row.pValue!, row.adjustedPValue!].map(shownP))
  }

  test('lifts, intervals, p-values and verdict on the page are those of the API and of the CSV file', async () => {
    const { page } = ui
    const analysis = await analysed()
    await ui.open('/experiments/one-answer')
    await ui.heading(analysis.decision.summary).waitFor()

    const table = page.getByRole('table', { name: 'Results over all users' }).locator('tr.result')
    expect(await table.count()).toBe(analysis.results.length)
    for (const [place, row] of analysis.results.entries()) await expectRow(table.nth(place), row)
    const first = analysis.segments.filter(({ metric }) => metric.id === analysis.segments[0]!.metric.id)
    const segments = page.getByRole('table', { name: 'Results by device' }).locator('tr.result')
    for (const [place, row] of first.entries()) await expectRow(segments.nth(place), row)

    const rows = parseCsv(await (await fetch(analysis.reports.csvUrl)).text())
    expect(
      rows.map(({ p_value, adjusted_p_value, lift, lift_lower, lift_upper }) =>
        [p_value, adjusted_p_value, lift, lift_lower, lift_upper].map((cell) => (cell === '' ? null : Number(cell))),
      ),
    ).toEqual(
      [...analysis.results, ...analysis.segments].map(({ pValue, adjustedPValue, relativeEffect: lift }) => [
        ...[pValue, adjustedPValue, lift!.estimate, lift!.confidenceInterval.lower, lift!.confidenceInterval.upper],
      ]),
    )
    expect(new Set(rows.map(({ verdict }) => verdict))).toEqual(new Set([analysis.decision.verdict]))
    expect(new Set(rows.map(({ interim }) => interim))).toEqual(new Set([String(analysis.interim)]))
  })

  test('the details of a row say what was done to it, and the certificate is verified on the page', async () => {
    const { client, page } = ui
    const { latestAnalysis } = await client.experiment({ key: 'one-answer' })
    const analysis = await client.analysis(latestAnalysis!.id)
    await ui.open('/experiments/one-answer')
    const row = analysis.results[0]!
    await ui.button(`Details of ${row.metric.name}`).click()
    const details = page.locator('tr.details:not([hidden])')
    const told = await details.innerText()
    expect(told).toContain(row.methodReason)
    const adjusted = row.adjustedRelativeEffect!.confidenceInterval
    const [low, high] = [adjusted.lower!, adjusted.upper!].map(percentOf)
    expect(numbersIn(told)).toEqual(expect.arrayContaining([low, high]))
    expect(told).toContain(`${percentOf(row.varianceReduction!.varianceBought!)}% of the variance`)
    expect(numbersIn(told)).toContain(shownP(row.look!.nominalAlpha))
    expect(numbersIn(told)).toContain(percentOf(row.posterior!.chanceToBeatControl))
    await details.getByText('What was done to the numbers').click()
    for (const step of row.adjustments) await details.getByText(step, { exact: true }).waitFor()

    await page.getByText(analysis.certificate!.sha256, { exact: true }).waitFor()
    await ui.button('Verify').click()
    await page.getByText('byte for byte').waitFor()
    await ui.button('Verify from the data').click()
    await page.locator('.outcome.same', { hasNotText: 'byte for byte' }).waitFor()
  })

  test('two analyses stand side by side with the numbers of both, what was asked differently, and what data came', async () => {
    const { client, page } = ui
    const { id: experimentId, latestAnalysis } = await client.experiment({ key: 'one-answer' })
    const before = await client.analysis(latestAnalysis!.id)
    const records = Array.from({ length: 30 }, (_, i) => ({
      event_id: `late-${i}`,
      user_id: `late-${i}`,
      variant_id: i % 2 ? 'control' : 'treatment',
      event_type: 'exposure',
      timestamp: '2026-06-20T10:00:00Z',
    }))
    await client.ingestEvents({ experimentId, records }).result()
    const after = await client.runAnalysis({ experimentId, segmentBy: 'device' }).result()

    // Any earlier analysis has an address of its own, and leads to the comparison with the newest.
    await ui.open(`/experiments/one-answer?analysis=${before.id}`)
    await page.getByText('This is an earlier analysis').waitFor()
    await ui.open('/experiments/one-answer')
    await page.getByRole('link', { name: /^Compare that of .* version 1, with the one shown$/ }).click()
    await ui.heading('Two analyses compared').waitFor()
    expect(new URL(page.url()).search).toBe(`?before=${before.id}&after=${after.id}`)

    const rows = page.getByRole('table', { name: 'Results of both analyses' }).locator('tbody tr')
    expect(await rows.count()).toBe(after.results.length)
    for (const [place, row] of after.results.entries()) {
      const earlier = before.results.find(({ metric }) => metric.id === row.metric.id)!
      for (const [side, { relativeEffect }] of [earlier, row].entries()) {
        const { estimate, confidenceInterval } = relativeEffect!
        const told = numbersIn(await rows.nth(place).locator('td.side').nth(side).innerText())
        expect(told).toEqual([estimate!, confidenceInterval.lower!, confidenceInterval.upper!].map(percentOf))
      }
    }
    const asked = page.getByRole('group', { name: 'What was asked differently' })
    expect(await asked.getByRole('row').filter({ hasText: 'Several tests' }).innerText()).toMatch(/Holm.*Benjamini/s)
    const exposed = page.getByRole('row').filter({ hasText: 'Users exposed' })
    await exposed.waitFor()
    expect(numbersIn(await exposed.innerText()).slice(2)).toEqual([30, 0])
    // The other way round is another address.
    await page.getByLabel('First analysis').selectOption(after.id)
    await page.getByText('Nothing: the same question of the same data.').waitFor()
  })
})
