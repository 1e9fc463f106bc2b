import type { MetricResult } from '@fairlift/sdk'
import { expect, test } from 'vitest'
import { judgeChange, standingOf } from './judge-change.ts'

type Judged = Parameters<typeof judgeChange>[0]

const metric: MetricResult['metric'] = {
  id: 'm',
  key: 'm',
  name: 'M',
  kind: 'PROPORTION',
  goal: 'INCREASE',
  format: 'PERCENT',
}
const better: Judged = {
  metric,
  isSignificant: true,
  notComputable: null,
  effect: { estimate: 0.1 },
  relativeEffect: null,
}
const kindOf = (changes: Partial<Judged>): string => judgeChange({ ...better, ...changes }, 'final').kind

test('the direction that is good for the shop makes a change better', () => {
  expect(kindOf({})).toBe('better')
  expect(kindOf({ effect: { estimate: -0.1 } })).toBe('worse')
  expect(kindOf({ metric: { ...metric, goal: 'DECREASE' } })).toBe('worse')
  expect(kindOf({ metric: { ...metric, goal: 'DECREASE' }, effect: { estimate: -0.1 } })).toBe('better')
})

test('without significance there is no clear change, however large the estimate', () => {
  expect(kindOf({ isSignificant: false, effect: { estimate: 9 } })).toBe('none')
})

test('what could not be tested is said to be so', () => {
  expect(kindOf({ notComputable: { reason: 'TOO_FEW', message: 'Too few.' } })).toBe('unknown')
  expect(kindOf({ isSignificant: null })).toBe('unknown')
})

test('an early look is no win, and of data that cannot be trusted nothing is said', () => {
  expect(judgeChange(better, 'final')).toMatchObject({ word: 'Better', tone: 'good' })
  expect(judgeChange(better, 'interim')).toMatchObject({ word: 'Better so far', tone: 'unclear' })
  expect(judgeChange(better, 'untrusted')).toMatchObject({ word: 'Not to be relied on', tone: 'unclear' })
})

test('a failed health check weighs more than an early look', () => {
  expect(standingOf({ interim: true, health: [{ verdict: 'FAIL' }] })).toBe('untrusted')
  expect(standingOf({ interim: true, health: [{ verdict: 'WARN' }] })).toBe('interim')
  expect(standingOf({ interim: false, health: [{ verdict: 'PASS' }] })).toBe('final')
})
