import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import { sampleInput } from '../../datasets/sample-input.ts'
import { withoutBrowser } from './browser.ts'
import { sampleFile } from './event-files.ts'
import { useUi } from './use-ui.ts'

/** A difference of shares as it is written, in percentage points. */
const points = (share: number) => `${share > 0 ? '+' : ''}${(share * 100).toFixed(2)} pp`.replaceAll('-', '−')

/** What an amount of money is when it is written, with its sign. */
const euros = (amount: number) =>
  `${amount > 0 ? '+' : ''}${amount.toLocaleString('en-US', { style: 'currency', currency: 'EUR' })}`.replaceAll(
    '-',
    '−',
  )

describe.skipIf(withoutBrowser !== null)(`models${withoutBrowser ? ` (${withoutBrowser})` : ''}`, () => {
  const ui = useUi()

  /** The sample with its data, and no model. */
  async function makeShop(key: string): Promise<string> {
    const { id: experimentId } = await ui.client.createExperiment({ ...sampleInput(), key })
    const file = new File([await readFile(sampleFile)], 'sample_events.csv')
    await ui.client.uploadEvents({ experimentId, file }).result()
    return experimentId
  }

  test('a model is trained on the page, tells its progress, and shows the effect that the API tells', async () => {
    const { page, client, button, heading } = ui
    const experimentId = await makeShop('model-shop')
    await ui.open('/experiments/model-shop')
    await page.getByRole('link', { name: 'Models', exact: true }).click()
    await page.getByText('No model was trained yet.').waitFor()
    for (const name of ['frequency', 'price_bucket']) await ui.field(name).uncheck()
    await ui.field('frequency of purchase').check()
    await ui.field('The effect may differ by device').check()
    await button('Train model').click()
    await page.getByRole('progressbar', { name: 'Training' }).waitFor()
    await heading('Model of conversion').waitFor()

    const { id } = (await client.models(experimentId).page({ first: 1 })).items[0]!
    expect(new URL(page.url()).searchParams.get('model')).toBe(id)
    const model = await client.model(id)
    expect(model.features.map(({ name }) => name)).toEqual([
      'channel',
      'device',
      'geo',
      'recency',
      'frequency of purchase',
    ])
    expect(model.settings.interactions).toEqual(['device'])
    const { delta, revenueDelta } = model.effects[0]!
    const row = page.getByRole('table', { name: 'Predicted effects', exact: true }).locator('tbody tr')
    const { lower, upper } = delta.confidenceInterval!
    const told = await row.locator('td.number').innerText()
    expect(told.replaceAll(/\s+/g, ' ').trim()).toBe(`${points(delta.estimate)} ${points(lower!)} to ${points(upper!)}`)
    const { perVisitor, overHorizon } = revenueDelta!
    const worth = await page.getByText('Worth per visitor').locator('xpath=..').innerText()
    expect(worth).toContain(euros(perVisitor.estimate))
    const horizon = await page.getByText('Over 30 days').locator('xpath=..').innerText()
    expect(horizon).toContain(euros(overHorizon!.estimate))
    expect(horizon).toContain(euros(overHorizon!.confidenceInterval!.lower!))
    await page.getByText(model.uplift[0]!.message).waitFor()

    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Card as JSON' }).click(),
    ])
    const card = JSON.parse(await readFile(await download.path(), 'utf8')) as {
      effects: { delta: { estimate: number } }[]
    }
    expect(card.effects[0]!.delta.estimate).toBe(delta.estimate)
  })

  test('mistakes are told at their fields, and nothing is trained', async () => {
    const { page, button, field, client } = ui
    const experimentId = await makeShop('mistaken-shop')
    await ui.open('/experiments/mistaken-shop/models')
    await field('What to predict').selectOption('REVENUE')
    await field('Form of the model').selectOption('LOGISTIC')
    await field('spend of purchase').check()
    await field('Events of the history').fill('unheard_of')
    await page.getByText('More options').click()
    await field('Folds').fill('1')
    await button('Train model').click()

    await page.getByText('A logistic model is of a CONVERSION').waitFor()
    expect(await field('Form of the model').getAttribute('aria-invalid')).toBe('true')
    expect(await field('Folds').getAttribute('aria-invalid')).toBe('true')
    const feature = page.getByRole('listitem').filter({ hasText: 'spend of unheard_of' })
    expect(await feature.innerText()).toContain('There are no events of the type "unheard_of"')
    expect((await client.models(experimentId).page({ first: 1 })).items).toEqual([])
  })
})
