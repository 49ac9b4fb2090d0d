import type {} from 'express-serve-static-core';

declare module 'express-serve-static-core' {
  /** What the service notes about a request on its way, in `response.locals`. */
  interface Locals {
    requestId: string;
    clientId: string;
    /** The job that the request is about, once it is known. */
    jobId?: string;
    /** The code that the request was answered with, if it failed. */
    errorCode?: string;
  }
}
