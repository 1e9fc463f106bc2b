import { rmSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { KnownPart } from './compare-parts.ts'
import { csv, eventsOf, useCurate } from './curate-content.contract.ts'

const curate = useCurate()

const rows = (first: number, last: number, more = '') =>
  Array.from({ length: last - first + 1 }, (_, index) => {
    const user = `user-${first + index}`
    return `${user},control,exposure,,2026-06-02T10:00:${String((first + index) % 60).padStart(2, '0')}Z,phone${more}`
  })

async function knownParts(...contents: string[]): Promise<(KnownPart & { path: string })[]> {
  const results = await Promise.all(contents.map((content) => curate(content)))
  return results.flatMap(({ parts }, file) =>
    parts.map(({ path, keysPath, minTimeMs, maxTimeMs }) => ({
      id: `part-${file}`,
      path,
      keysPath,
      minTimeMs,
      maxTimeMs,
    })),
  )
}

const usersOf = async (result: Awaited<ReturnType<typeof curate>>) =>
  (await eventsOf(result)).map(({ user_id: user }) => user)

test.each([
  ['rows that are scanned', (text: string) => text],
  // Quotes within a field are for the parser of whole columns.
  ['rows that are read as columns', (text: string) => text.replaceAll(',phone', ',"ph""one"')],
])('events that are there already are left out before anything is written: %s', async (_, written) => {
  const known = await knownParts(written(csv(...rows(1, 40))), written(csv(...rows(41, 50))))
  const result = await curate(written(csv(...rows(31, 55), ...rows(54, 54))), { known })
  expect(await usersOf(result)).toEqual(['user-51', 'user-52', 'user-53', 'user-54', 'user-55'])
  expect(result).toMatchObject({ rows: 26, accepted: 26, events: 5, duplicates: 21, conflicts: 0 })
  expect(result.comparedWith).toEqual(['part-0', 'part-1'])
  // What is told of the file is about the file alone.
  expect(result.warnings.find(({ code }) => code === 'DUPLICATE_EVENTS')?.count).toBe(1)
})

test('a batch of nothing new has no part', async () => {
  const known = await knownParts(csv(...rows(1, 5)))
  expect(await curate(csv(...rows(2, 4)), { known })).toMatchObject({ parts: [], events: 0, duplicates: 3 })
})

test('an event with an id that is there with other content is a conflict, at whatever time it was', async () => {
  const withIds = (...events: string[]) => csv(...events).replace('device\n', 'device,event_id\n')
  const known = await knownParts(withIds('ann,control,purchase,10,2026-06-02T10:00:00Z,phone,e-1'))
  const result = await curate(
    withIds(
      'ann,control,purchase,12,2026-06-05T10:00:00Z,phone,e-1',
      'ben,control,purchase,9,2026-06-05T10:00:00Z,phone,e-2',
    ),
    { known },
  )
  expect(await usersOf(result)).toEqual(['ben'])
  expect(result).toMatchObject({ events: 1, duplicates: 0, conflicts: 1 })
})

test('a part that has gone meanwhile is not among those that were compared', async () => {
  const known = await knownParts(csv(...rows(1, 5)), csv(...rows(6, 9)))
  rmSync(known[0]!.keysPath!)
  rmSync(known[0]!.path)
  const result = await curate(csv(...rows(4, 10)), { known })
  expect(result.comparedWith).toEqual(['part-1'])
  expect(await usersOf(result)).toEqual(['user-4', 'user-5', 'user-10'])
})

test('a file of several chunks is compared when it lands', async () => {
  const known = await knownParts(csv(...rows(1, 5)))
  const result = await curate(csv(...rows(1, 200)), { known, chunkBytes: 4096 })
  expect(result).toMatchObject({ events: 200, duplicates: 0, comparedWith: [] })
})
