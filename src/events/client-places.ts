export interface PlaceLimits {
  /** Of all clients together. */
  readonly total: number;
  readonly perClient: number;
}

/** Places that requests take up for long, so many in all and so many for each client. */
export class ClientPlaces {
  private taken = 0;
  private readonly takenBy = new Map<string, number>();

  constructor(private readonly limits: PlaceLimits) {}

  /** Takes a place, and answers how to give it back, which is to be done once; undefined: there is none left. */
  take(clientId: string): (() => void) | undefined {
    const own = this.takenBy.get(clientId) ?? 0;
    if (this.taken >= this.limits.total || own >= this.limits.perClient) return undefined;
    this.taken += 1;
    this.takenBy.set(clientId, own + 1);
    return () => {
      this.giveBack(clientId);
    };
  }

  private giveBack(clientId: string): void {
    this.taken -= 1;
    const left = (this.takenBy.get(clientId) ?? 0) - 1;
    if (left > 0) this.takenBy.set(clientId, left);
    else this.takenBy.delete(clientId);
  }
}
