import { existsSync } from 'node:fs'
import { chromium, type Browser } from 'playwright-core'

const path = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const isRequired = process.env.REQUIRE_BROWSER === '1'

/** Why there is no browser to test with, where one may be missing. Null when there is one, or when there has to be. */
export const withoutBrowser =
  existsSync(path) || isRequired ? null : `no Chromium at ${path}: install it, or set CHROMIUM_PATH`

/** Starts the Chromium of this machine: playwright-core brings none, so that installing the project downloads none. */
export async function openBrowser(): Promise<Browser> {
  if (!existsSync(path)) throw new Error(`There is no Chromium at ${path}. Install it, or set CHROMIUM_PATH.`)
  return chromium.launch({ executablePath: path })
}
