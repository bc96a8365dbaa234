/** Backup sets: made, listed, verified, restored, and gone after their hours (promises D2, D4). */

export interface Backups extends AsyncDisposable {}
