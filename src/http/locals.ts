import type {} from 'express-serve-static-core';

declare module 'express-serve-static-core' {
  /** What the service notes about a request on its way, in `response.locals`. */
  interface Locals {
    requestId: string;
    /** Who calls; known on every route that `requireClient` guards. */
    clientId: string;
    /** Whether the caller shows a key, good or not; unknown where none is asked for. */
    keyGiven?: boolean;
    /** The key by which the client is known, where keys are asked for. */
    apiKeyId?: string;
    /** The job that the request is about, once it is known. */
    jobId?: string;
    /** The code that the request was answered with, if it failed. */
    errorCode?: string;
  }
}
