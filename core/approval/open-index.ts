import type { ApprovalRequest } from './request.ts';

/** The open requests, oldest first. It may lag: a request just closed can still be listed, so status is checked again. */
export interface OpenRequestIndex {
  /** At most `limit` requests. @throws {StorageFault} when the store could not answer */
  open(limit: number): Promise<readonly ApprovalRequest[]>;
}
