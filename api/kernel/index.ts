/** The loops over bytes and columns that ingestion and the engine spend most of their time in. */
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
export { addMarks, findMarks } from './marks'
export { takeIdle, takeUnits } from './moments'
export { deal, sortHeaps } from './sort'
export { takeRows } from './take-rows'
export { countRuns, listValues, sortDoubles } from './values'
export { addPlaces, lookAtUnits, readBlock } from './unit-blocks'
export { addAt, markPlaces, numberPlaces, pickBytes, pickCodes, pickDoubles, pickFirst, pickLater } from './unit-files'
