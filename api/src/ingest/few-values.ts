/** Texts of an attribute are told apart by number as long as there are no more than this. */
export const FEW_VALUES = 1_000
