import { check, type HealthCheck, type DataLineage } from './health-check.ts'
import { percent, users, whole } from '../wording.ts'

/** Above this share of users in several variants the assignment itself is in doubt. */
const CONTAMINATION_LIMIT = 0.05

export function contaminationCheck(count: number, exposed: number): HealthCheck {
  const share = exposed === 0 ? 0 : count / exposed
  if (count === 0) {
    return check('USERS_IN_SEVERAL_VARIANTS', {
      verdict: 'PASS',
      count,
      share,
      message: 'Every user saw one variant only.',
    })
  }
  return check('USERS_IN_SEVERAL_VARIANTS', {
    verdict: share > CONTAMINATION_LIMIT ? 'FAIL' : 'WARN',
    count,
    share,
    message: `${users(count)} (${percent(share)}) saw more than one variant and ${count === 1 ? 'is' : 'are'} left out.`,
    action:
      'Make the assignment stick to the user (same id on all devices and after login), or check how the variant was logged.',
  })
}

export function disagreementCheck({ disagreeingRows, rows }: DataLineage): HealthCheck[] {
  if (disagreeingRows === 0) return []
  return [
    check('VARIANT_COLUMNS_DISAGREE', {
      verdict: 'WARN',
      count: disagreeingRows,
      share: rows === 0 ? 0 : disagreeingRows / rows,
      message: `In ${whole(disagreeingRows)} rows the columns that tell the variant disagree: these users were assigned one variant and shown another.`,
      action: 'Find out why the wrong variant was shown. Their users are left out.',
    }),
  ]
}

export function repeatedExposureCheck(count: number, exposed: number): HealthCheck {
  return check('REPEATED_EXPOSURES', {
    verdict: 'PASS',
    count,
    share: exposed === 0 ? 0 : count / exposed,
    message:
      count === 0
        ? 'Every user was exposed once.'
        : `${users(count)} ${count === 1 ? 'was' : 'were'} exposed more than once; the first exposure counts.`,
  })
}
