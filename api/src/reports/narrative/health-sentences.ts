import type { HealthCheck } from '../../analysis/health/health-check.ts'
import { countText } from '../number-text.ts'

/** What the checks found, those that failed first; nothing that was found is left out. */
export function healthSentences(health: HealthCheck[]): string[] {
  const told = foundByChecks(health).map(({ message, action }) => [message, action].filter(Boolean).join(' '))
  return [healthHeadline(health), ...told]
}

/** The checks that found something, those that failed first. */
export function foundByChecks(health: HealthCheck[]): HealthCheck[] {
  return (['FAIL', 'WARN'] as const).flatMap((verdict) => health.filter((one) => one.verdict === verdict))
}

/** All checks in a sentence. */
export function healthHeadline(health: HealthCheck[]): string {
  const count = (verdict: HealthCheck['verdict']): number => health.filter((one) => one.verdict === verdict).length
  const [failed, warned, passed] = [count('FAIL'), count('WARN'), count('PASS')]
  if (failed > 0) {
    const others = warned === 0 ? '' : `, and ${warned} ${warned === 1 ? 'is' : 'are'} worth a look`
    return `The data failed ${failed} of ${countText(health.length, 'check')}${others}: the numbers are not to be relied on.`
  }
  if (warned > 0)
    return `${countText(passed, 'check')} of the data passed, ${warned} ${warned === 1 ? 'is' : 'are'} worth a look.`
  return health.length === 0 ? 'The data were not checked.' : `All ${countText(passed, 'check')} of the data passed.`
}
