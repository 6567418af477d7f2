"""Whether the evidence holds a statement. Takes no model.

The way of a statement: `units` (its numbers, dates, names, words) → `holding` (how each sentence of the passages,
read by `sentences`, holds each) → `alignment` (the best one to three sentences) → `signs` (of `coverage`,
`fact_signs` with their `slots`, `exchanges`, `polarity` with its `contraries`) → `weigh` (with the fitted `weights`)
→ `statement` (the verdict) and `missing` (what is named).

The thresholds by name in these files were set by hand, before the coefficients were fitted to the signs that they
make; where a line gives no other reason, none was measured singly. `python -m evals.grounding_thresholds` moves each
and counts which statements are judged otherwise. Who moves one fits again: `python -m evals.fit_grounding`.
"""
