/** Sums without persons, kept for years (promise L4). */

export interface Statistics extends AsyncDisposable {}
