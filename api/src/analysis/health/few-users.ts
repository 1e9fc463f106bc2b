import { check, type HealthCheck } from './health-check.ts'
import { users, whole } from '../wording.ts'

const FEW_USERS = 100

/** Variants that get no users as configured, and have none, are not asked for any. */
export function fewUsersCheck(counts: number[], splits: number[]): HealthCheck {
  const least = Math.min(...counts.filter((count, variant) => count > 0 || splits[variant] !== 0))
  if (least >= FEW_USERS) {
    return check('TOO_FEW_USERS', {
      verdict: 'PASS',
      count: least,
      message: `Each variant has at least ${whole(least)} users.`,
    })
  }
  return check('TOO_FEW_USERS', {
    verdict: least < 2 ? 'FAIL' : 'WARN',
    count: least,
    message: least === 0 ? 'A variant has no users.' : `A variant has only ${users(least)}.`,
    action: 'Wait for more users: with so few, only very large effects can be told from chance.',
  })
}
