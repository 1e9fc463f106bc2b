import { expect, test } from 'vitest'
import { fieldOfTime, planTime, planWindow, timeOfField } from './format-date.ts'

test('times of a plan are in UTC, whatever the reader’s zone', () => {
  expect(planTime('2026-06-01T00:00:00.000Z')).toBe('1 Jun 2026')
  expect(planTime('2026-06-01T22:30:00.000Z')).toBe('1 Jun 2026, 22:30')
})

test('a window says which of its ends are open', () => {
  const [start, end] = ['2026-06-01T00:00:00.000Z', '2026-06-29T00:00:00.000Z']
  expect(planWindow(start, end)).toBe('1 Jun 2026 – 29 Jun 2026 (UTC)')
  expect(planWindow(start, null)).toBe('since 1 Jun 2026 (UTC), no planned end')
  expect(planWindow(null, null)).toBe('no dates set')
})

test('a field shows the time of the server, and gives it back', () => {
  const time = '2026-06-01T09:45:00.000Z'
  expect(timeOfField(fieldOfTime(time))).toBe(time)
  expect(timeOfField('2026-06-01T09:45:30')).toBe('2026-06-01T09:45:30.000Z')
  expect([fieldOfTime(null), timeOfField('')]).toEqual(['', null])
})
