import { readFile } from 'node:fs/promises'
import type { FairliftClient } from '@fairlift/sdk'
import type { Page } from 'playwright-core'
import { beforeEach, describe, expect, test } from 'vitest'
import { sampleExperiment } from '../../datasets/sample-experiment.ts'
import { withoutBrowser } from './browser.ts'
import { halfUnknownFile, sampleFile, springMail, springMailFile } from './event-files.ts'
import { useUi } from './use-ui.ts'

/** What will be so in a moment, on a slow machine too. */
const soon = <T>(read: () => T) => expect.poll(read, { timeout: 60_000 })

describe.skipIf(withoutBrowser !== null)(`the UI in a browser${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  const ui = useUi()
  const { open, button, heading, field, path } = ui
  let page: Page
  let client: FairliftClient

  beforeEach(() => {
    ;({ page, client } = ui)
  })

  /** Drops a file where files are to be dropped. */
  async function drop(name: string, text: string): Promise<void> {
    const transfer = await page.evaluateHandle(
      (file) => {
        const data = new DataTransfer()
        data.items.add(new File([file.text], file.name, { type: 'text/csv' }))
        return data
      },
      { name, text },
    )
    await page.getByRole('group', { name: 'File to upload' }).dispatchEvent('drop', { dataTransfer: transfer })
  }

  async function choose(name: string, text: string): Promise<void> {
    await page.locator('input[type=file]').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })
  }

  test('an empty list leads on to the form; mistakes stand at their field, and the first has the focus', async () => {
    await open('/')
    await page.getByRole('link', { name: 'Create the first experiment' }).click()
    await heading('New experiment').waitFor()
    await button('Create experiment').click()
    await page.getByText('An experiment needs a name.').waitFor()
    expect(await field('Name').evaluate((input) => input === document.activeElement)).toBe(true)
    expect(await field('Name').getAttribute('aria-invalid')).toBe('true')
    expect(await field('Key').getAttribute('aria-invalid')).toBe('true')

    await page.getByLabel('Equal shares of the traffic').uncheck()
    await field('Share, %').first().fill('70')
    await button('Create experiment').click()
    await page.getByText('The shares sum to 120%, not to 100%.').waitFor()

    // The form is as it was left when one comes back to it.
    await field('Name').fill('A draft')
    expect(await field('Key').inputValue()).toBe('a-draft')
    await page.getByRole('link', { name: 'Fairlift: all experiments' }).click()
    await heading('Experiments').waitFor()
    await page.goBack()
    await soon(() => field('Name').inputValue()).toBe('A draft')
  })

  test('how many users it takes is answered while one types, as the API answers, and taken over into the plan', async () => {
    await open('/experiments/new')
    await field('Conversion rate of the control, %').fill('4')
    await field('Smallest lift that matters, %').fill('8')
    await field('Users a day (optional)').fill('2000')
    await field('Looks that may decide').selectOption('3')
    const question = { kind: 'PROPORTION', baseline: 0.04, relativeEffect: 0.08, dailyUnits: 2000 } as const
    const plan = await client.planSample({ ...question, looks: { looks: 3 } })
    await page.getByText(`${plan.units!.toLocaleString('en-US')} users`, { exact: true }).waitFor()
    await page.getByText(`about ${Math.ceil(plan.days!)} days`).waitFor()
    const curve = page.getByRole('img', { name: /^Smallest lift that is found/ })
    const drawn = await curve.getAttribute('aria-label')
    for (const { units, detectableEffect } of plan.curve.filter((point) => point.units <= 3 * plan.units!))
      expect(drawn).toContain(
        `${units.toLocaleString('en-US')} users: ${(detectableEffect!.relative! * 100).toFixed(1)}%`,
      )
    // Enter in the calculator saves nothing.
    await field('Users a day (optional)').press('Enter')
    await button('Plan for so many').click()
    expect(await field('Planned users (optional)').inputValue()).toBe(String(plan.units))
    await field('Conversion rate of the control, %').fill('140')
    await page.getByText(/baseline.*1\.4/).waitFor()
    expect(path()).toBe('/experiments/new')
  })

  test('from a new experiment to its verdict: create, drop a file, see what was rejected, analyse', async () => {
    await open('/experiments/new')
    await field('Name').fill(sampleExperiment.name)
    await field('Key').fill(sampleExperiment.key)
    await page.getByLabel('Start (UTC)').fill(sampleExperiment.startAt.slice(0, 16))
    await page.getByLabel('Planned end (UTC)').fill(sampleExperiment.endAt.slice(0, 16))
    await page.getByLabel('Currency').fill('EUR')
    await button('Create experiment').click()
    await soon(path).toBe(`/experiments/${sampleExperiment.key}/data`)

    await drop('sample_events.csv', await readFile(sampleFile, 'utf8'))
    await page.getByText('This file follows the event contract').waitFor()
    await button('Upload').click()
    await page.getByText('20,010 events taken over, 18 rows rejected').waitFor()
    const { items: batches } = await client.batches((await client.experiment({ key: sampleExperiment.key })).id).page()
    expect(batches).toMatchObject([{ rows: 20_081, rejected: 18, duplicates: 53 }])
    const [first] = await client.batchErrors(batches[0]!.id, 1)
    const rejects = page.getByRole('group', { name: 'Rejected rows' }).first()
    await rejects.getByText(first!.message).first().waitFor()
    expect(await rejects.locator('tbody tr').count()).toBe(10)
    await rejects.getByRole('button', { name: 'Show 8 more' }).click()
    expect(await rejects.locator('tbody tr').count()).toBe(18)
    const [list] = await Promise.all([
      page.waitForEvent('download'),
      rejects.getByRole('link', { name: 'All rejected rows (CSV)' }).click(),
    ])
    expect((await readFile(await list.path(), 'utf8')).trim().split('\n').length).toBeGreaterThanOrEqual(19)

    await page.getByRole('link', { name: 'Go to the analysis' }).click()
    await page.getByLabel('Break down by').selectOption('device')
    await button('Run analysis').click()
    await heading('Lift over the control').waitFor()

    const { latestAnalysis } = await client.experiment({ key: sampleExperiment.key })
    const analysis = await client.analysis(latestAnalysis!.id)
    await heading(analysis.decision.summary).waitFor()
    const conversion = analysis.results.find(({ metric }) => metric.key === 'conversion')!
    const row = page.getByRole('row').filter({ hasText: conversion.metric.name }).first()
    const { n, total } = conversion.treatmentStatistics
    expect(await row.innerText()).toContain(`${total.toLocaleString('en-US')} of ${n.toLocaleString('en-US')}`)
    const lift = `+${(conversion.relativeEffect!.estimate! * 100).toFixed(1)}%`
    expect(await row.innerText()).toContain(lift)
    const plot = row.getByRole('img', { name: 'Conversion rate' })
    expect(await plot.getAttribute('aria-label')).toContain(`Conversion rate: ${lift}`)
    // The dot lies between the ends of its interval, and these where the numbers say, right of zero.
    const [zero, whisker, dot] = await Promise.all([
      plot.locator('.zero').getAttribute('x1'),
      plot.locator('.whisker').evaluate((line) => [line.getAttribute('x1'), line.getAttribute('x2')]),
      plot.locator('.estimate').getAttribute('cx'),
    ])
    const places = [zero, whisker[0], dot, whisker[1]].map((place) => Number.parseFloat(place!))
    expect(places).toEqual(places.toSorted((a, b) => a - b))

    await button('Details of Conversion rate').first().click()
    await page.getByText(conversion.methodReason).waitFor()
    for (const { message } of analysis.health) await page.getByText(message).waitFor()
    await heading('By device').waitFor()
    for (const device of ['mobile', 'desktop', 'tablet']) {
      await page.getByRole('rowheader', { name: device }).first().waitFor()
    }
    const [csv] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'All rows as CSV' }).click(),
    ])
    expect(await readFile(await csv.path(), 'utf8')).toContain('conversion')
  })

  test('the list shows the experiment with its lift and verdict, and can be searched', async () => {
    await open('/')
    const row = page.getByRole('row').filter({ hasText: sampleExperiment.name })
    await row.waitFor()
    expect(await row.innerText()).toMatch(/3,339[\s\S]*\+19\.7%[\s\S]*(Ship|No verdict yet)/)
    await page.getByLabel('Search by name or key').fill('nothing like it')
    await page.getByText('No experiment matches.').waitFor()
    await button('Show all').click()
    await row.waitFor()
    await page.getByLabel('Status', { exact: true }).selectOption('ARCHIVED')
    await page.getByText('No experiment matches.').waitFor()
    await button('Show all').click()
    await row.getByRole('link').click()
    await heading(sampleExperiment.name).waitFor()
  })

  test('a foreign file with a row a user is read as the reader agrees, with three variants', async () => {
    await client.createExperiment(springMail)
    await open('/experiments/mail/data')
    await choose('mail.csv', springMailFile)
    await page.getByText('This is how the file will be read').waitFor()
    expect(await field('Column customer is read as').inputValue()).toBe('userId')
    // No value is the name of a variant: nothing is sent before that is said.
    expect(await button('Upload').isDisabled()).toBe(true)
    await page.getByText('Say which variant its values stand for.').waitFor()
    await field('Variant that “red” of group stands for').selectOption('none')
    await field('Variant that “green” of group stands for').selectOption('short')
    await field('Variant that “blue” of group stands for').selectOption('long')
    expect(await field('Column region is read as').inputValue()).toBe('attribute')
    await button('Upload').click()
    await page.getByText('3 rows rejected').waitFor()
    await page.getByText('Unknown variant').first().waitFor()

    await page.getByRole('link', { name: 'Go to the analysis' }).click()
    await page.getByLabel('Break down by').selectOption('region')
    await button('Run analysis').click()
    await heading('Lift over the control').waitFor()
    const { latestAnalysis } = await client.experiment({ key: 'mail' })
    const { results } = await client.analysis(latestAnalysis!.id)
    for (const name of ['short', 'long']) {
      expect(
        await page.getByRole('rowheader').filter({ hasText: 'Conversion rate' }).filter({ hasText: name }).count(),
      ).toBe(1)
    }
    const table = page.getByRole('table', { name: 'Results over all users' })
    expect(await table.getByRole('button').count()).toBe(results.length)
  })

  test('a file that is not to be taken over says why, and nothing of it is in the data', async () => {
    await open(`/experiments/${sampleExperiment.key}/data`)
    await choose('empty.csv', '')
    await page.getByText('The file cannot be read').waitFor()
    await button('Choose another file').click()
    await choose('half.csv', halfUnknownFile)
    await button('Upload').click()
    await page.getByText('The file was held back').waitFor()
    await page.getByText('Held back').first().waitFor()
    expect((await client.experiment({ key: sampleExperiment.key })).latestDatasetVersion?.number).toBe(1)

    // And it may be taken all the same, by saying so.
    await button('Change how it is read, and send again').click()
    await page.getByLabel('Hold the file back when more than').fill('60')
    await button('Upload').click()
    await page.getByText('25 events taken over, 25 rows rejected').waitFor()
  })

  test('an upload that is cancelled leaves nothing behind, and the file can be sent again', async () => {
    const { key } = sampleExperiment
    const before = (await client.experiment({ key })).latestDatasetVersion?.number
    await open(`/experiments/${key}/data`)
    // Held up on its way, so that there is something to cancel.
    let isHeld = true
    await page.route('**/graphql', async (route) => {
      const isUpload = (route.request().postData() ?? '').includes('mutation UploadEvents')
      if (!isUpload || !isHeld) await route.continue()
    })
    await choose('one.csv', 'user_id,variant_id,event_type,timestamp\nnew,control,exposure,2026-06-05T10:00:00Z\n')
    await button('Upload').click()
    await page.getByText('Keep this page open until the file is sent.').waitFor()
    await button('Cancel').click()
    await page.getByText('The upload was cancelled').waitFor()
    expect((await client.experiment({ key })).latestDatasetVersion?.number).toBe(before)
    isHeld = false
    await button('Change how it is read, and send again').click()
    await button('Upload').click()
    await page.getByText('1 event taken over').waitFor()
    // Who goes on by keyboard is where the page goes on.
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe('Upload events')
  })

  test('what comes by another way appears by itself', async () => {
    const experiment = await client.createExperiment({ key: 'live', name: 'Live' })
    await open('/experiments/live')
    await heading('No data yet').waitFor()
    const records = Array.from({ length: 40 }, (_, i) => ({
      user_id: `u${i}`,
      variant_id: i % 2 ? 'control' : 'treatment',
      event_type: 'exposure',
      timestamp: new Date(Date.now() - 60_000).toISOString(),
    }))
    await client.ingestEvents({ experimentId: experiment.id, records }).result()
    await heading('Run the analysis').waitFor()
    await client.runAnalysis({ experimentId: experiment.id }).result()
    await heading('Lift over the control').waitFor()
    await client.updateExperiment({ id: experiment.id, name: 'Another name' })
    await heading('Another name').waitFor()
  })

  test('an experiment is started, changed and stopped', async () => {
    await open('/experiments/live')
    await button('Start').click()
    await button('Stop').waitFor()
    await page.getByRole('link', { name: 'Setup' }).click()
    await field('Planned users (optional)').fill('1')
    await button('Save changes').click()
    await page.getByText('The planned number of users is a whole number of at least 2').waitFor()
    await field('Planned users (optional)').fill('5000')
    await button('Save changes').click()
    await page.getByText('Saved.').waitFor()
    expect(await client.experiment({ key: 'live' })).toMatchObject({ status: 'RUNNING', plannedUnits: 5000 })
    await button('Stop').click()
    await button('Start again').waitFor()
  })

  test('addresses that lead nowhere say so, and lead on', async () => {
    await open('/experiments/there-is-none')
    await heading('There is no such experiment').waitFor()
    await open('/some/where')
    await heading('There is no such page').waitFor()
    await page.getByRole('link', { name: 'All experiments', exact: true }).click()
    await heading('Experiments').waitFor()
    expect(path()).toBe('/')
  })

  test('the choice of colours is remembered', async () => {
    await page.emulateMedia({ colorScheme: 'light' })
    await open('/')
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
    const light = await background()
    await button('Switch to dark colours').click()
    await soon(background).not.toBe(light)
    const dark = await background()
    await page.reload()
    expect(await background()).toBe(dark)
    await button('Switch to light colours').click()
    await soon(background).toBe(light)
  })
})
