/** The loops over bytes and columns that ingestion spends most of its time in. */
export {
  gatherCodes,
  gatherContentKeys,
  gatherDoubles,
  gatherHalves,
  gatherKeys,
  gatherViews,
  gatherWhole,
  gatherWords,
  noteFacts,
} from './gather'
export { deal, sortHeaps } from './sort'
export { takeRows } from './take-rows'
