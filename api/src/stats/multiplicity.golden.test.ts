import { benjaminiHochberg } from './benjamini-hochberg.ts'
import { benjaminiYekutieli } from './benjamini-yekutieli.ts'
import { bonferroni } from './bonferroni.ts'
import { describeGolden } from './golden.contract.ts'
import { hochberg } from './hochberg.ts'
import { holm } from './holm.ts'

describeGolden<{ p: number[] }>({
  file: 'multiple',
  rtol: 1e-14,
  compute: ({ p }) => ({
    bonferroni: bonferroni(p),
    holm: holm(p),
    hochberg: hochberg(p),
    bh: benjaminiHochberg(p),
    by: benjaminiYekutieli(p),
    reject_bh_05: benjaminiHochberg(p).map((adjusted) => adjusted <= 0.05),
  }),
})
