import type { ExperimentStatus } from '@fairlift/sdk'
import { statusNames } from './plain-words.ts'

/** What is looked for in the list of experiments. */
export interface ListQuestion {
  search: string
  status: ExperimentStatus | 'ALL'
}

/** The address of the list with what is looked for in it. */
export function listAddress({ search, status }: ListQuestion): string {
  const asked = new URLSearchParams({
    ...(search.trim() !== '' && { search: search.trim() }),
    ...(status !== 'ALL' && { status }),
  })
  return asked.size === 0 ? '/' : `/?${asked.toString()}`
}

/** What an address looks for; what it does not say, or says wrongly, is not looked for. */
export function listQuestion({ searchParams }: URL): ListQuestion {
  const status = searchParams.get('status')
  const isStatus = status !== null && status in statusNames
  return { search: searchParams.get('search') ?? '', status: isStatus ? (status as ExperimentStatus) : 'ALL' }
}
