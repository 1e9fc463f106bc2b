import { expect, test } from 'vitest'
import { chartedAnalysis } from '../reports/charts/charted-analysis.contract.ts'
import { liftIntervals } from '../reports/charts/lift-intervals.ts'
import { renderPng } from './render-png.ts'
import { renderSvg } from './render-svg.ts'

const { specification, title, description } = liftIntervals(chartedAnalysis())!

test('a chart drawn twice has the same bytes, as SVG and as PNG, in both themes', async () => {
  for (const theme of ['LIGHT', 'DARK'] as const) {
    const draw = () => renderSvg(specification, theme, { width: 640, title, subtitle: description })
    const [first, second] = [await draw(), await draw()]
    expect(second).toBe(first)
    expect(renderPng(second)).toEqual(renderPng(first))
  }
})

test('a drawing is as wide as asked, with its words as text', async () => {
  const svg = await renderSvg(specification, 'LIGHT', { width: 390, title, subtitle: description })
  expect(svg).toMatch(/^<svg [^>]*width="390"/)
  expect(svg).toContain('Green button against Control')
  const png = Buffer.from(renderPng(svg))
  expect([png.subarray(1, 4).toString(), png.readUInt32BE(16)]).toEqual(['PNG', 780])
})

test('names are text and never markup', async () => {
  const svg = await renderSvg(specification, 'LIGHT', { title: '<script>alert("&")</script>' })
  expect(svg).not.toContain('<script')
})

test('what a specification wants from elsewhere is refused', async () => {
  const reaching = { data: { url: 'file:///etc/hostname', format: { type: 'csv' } }, mark: 'point', encoding: {} }
  const svg = await renderSvg(reaching, 'LIGHT')
  expect(svg).toMatch(/^<svg/)
  const image = {
    data: { values: [{}] },
    mark: { type: 'image', url: 'http://127.0.0.1:9/x.png' },
    width: 10,
    height: 10,
  }
  expect(await renderSvg(image, 'LIGHT')).not.toContain('127.0.0.1')
})
