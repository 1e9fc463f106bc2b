import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { isAbandoned, isLeftBehind, isOfOtherMachine, markedName } from './process-mark.ts'

const madeBy = (pid: number): string => markedName().replace(`-${process.pid}-`, `-${pid}-`)

test('names differ', () => {
  expect(markedName()).not.toBe(markedName())
})

test('a name of a process that runs is in use, one of a process that has ended is abandoned', () => {
  expect(isAbandoned(madeBy(process.ppid))).toBe(false)
  const { pid } = spawnSync(process.execPath, ['--version'])
  expect(isAbandoned(madeBy(pid))).toBe(true)
})

test('a process that starts finds names with its own id: they are of one before it', () => {
  expect(isAbandoned(markedName())).toBe(true)
})

test('nothing is known of names of other machines, nor of other files', () => {
  expect(isAbandoned(`00000000-${process.pid}-x`)).toBe(false)
  expect(isAbandoned('.DS_Store')).toBe(false)
})

test('while a process works, its own names are in use, and those of processes that have ended are left behind', () => {
  expect(isLeftBehind(markedName())).toBe(false)
  expect(isLeftBehind(madeBy(process.ppid))).toBe(false)
  const { pid } = spawnSync(process.execPath, ['--version'])
  expect(isLeftBehind(madeBy(pid))).toBe(true)
  expect(isLeftBehind(`00000000-${pid}-x`)).toBe(false)
})

test('names of other machines are told from those of this one and from other files', () => {
  expect(isOfOtherMachine(`00000000-${process.pid}-x`)).toBe(true)
  expect(isOfOtherMachine(markedName())).toBe(false)
  expect(isOfOtherMachine('.DS_Store')).toBe(false)
})
