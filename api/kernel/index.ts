/** The loops over bytes and columns that ingestion spends most of its time in. */
export { takeRows } from './take-rows'
