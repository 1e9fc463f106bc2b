import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'

/**
 * Ends the run with one line that other programs can read: "120 passed, 0 failed, 2 skipped". Before it the tests that
 * passed only when they were tried again, by name: each has a cause to be found.
 *
 * With TEST_LIMIT_MINUTES a run that takes longer is ended, as failed: its summary tells what has run by then.
 */
export default class ClosingLine implements Reporter {
  readonly #limitMinutes = Number(process.env.TEST_LIMIT_MINUTES ?? 0)
  #isOverdue = false

  onInit(vitest: Vitest): void {
    if (this.#limitMinutes === 0) return
    const end = (): void => {
      this.#isOverdue = true
      void vitest.cancelCurrentRun('test-failure')
    }
    setTimeout(end, this.#limitMinutes * 60_000).unref()
  }

  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const count = { passed: 0, failed: 0, skipped: 0, pending: 0 }
    for (const testModule of modules) {
      const tests = [...testModule.children.allTests()]
      for (const test of tests) count[test.result().state]++
      // A file that cannot be loaded has no tests to fail.
      if (testModule.state() === 'failed' && tests.every((test) => test.result().state !== 'failed')) count.failed++
    }
    const flaky = modules.flatMap((testModule) => [...testModule.children.allTests()].filter(isFlaky))
    for (const test of flaky)
      process.stdout.write(`\nPassed only when tried again: ${test.module.relativeModuleId} > ${test.fullName}`)
    if (this.#isOverdue) {
      process.stdout.write(`\nEnded after ${this.#limitMinutes} minutes: not every test has run.`)
      process.exitCode = 1
    }
    if ((unhandledErrors.length > 0 || this.#isOverdue) && count.failed === 0) count.failed = 1
    const skipped = count.skipped + count.pending
    process.stdout.write(
      `\n${count.passed} passed, ${count.failed} failed${skipped === 0 ? '' : `, ${skipped} skipped`}\n`,
    )
  }
}

function isFlaky(test: TestCase): boolean {
  return test.diagnostic()?.flaky === true
}
