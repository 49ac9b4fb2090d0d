import type { RequestHandler, Response } from 'express';
import type { JobWaits } from '../events/job-waits.js';
import { readUpload } from '../http/multipart-upload.js';
import type { InputStorage } from '../storage/input-storage.js';
import type { Admissions } from './idempotency.js';
import { KEY_HEADER } from './idempotency-key.js';
import { uploadSchema, type FileReference, type UrlReference } from './job-schemas.js';
import type { JobService, SubmittedJob } from './job-service.js';
import type { TransitionRecorder } from './transitions.js';
import { jobLinks, jobPath, toJobDetails } from './job-view.js';

export interface JobControllerParts {
  readonly admissions: Admissions;
  readonly service: JobService;
  readonly storage: InputStorage;
  readonly maxFileBytes: number;
  readonly waits: JobWaits;
  readonly transitions: Pick<TransitionRecorder, 'record'>;
}

/** The calls on single jobs. What they are given has been validated. */
export class JobController {
  constructor(private readonly parts: JobControllerParts) {}

  readonly submitUpload: RequestHandler = async (request, response) => {
    const { admissions, service, storage, maxFileBytes } = this.parts;
    const { clientId } = response.locals;
    const submitted = await admissions.run(clientId, request.get(KEY_HEADER), async (admission) => {
      const { file, fields } = await readUpload(request, storage, { maxBytes: maxFileBytes, schema: uploadSchema });
      return service.submitUpload(clientId, admission, file, fields);
    });
    await this.answerSubmitted(response, submitted);
  };

  readonly submitReference: RequestHandler<never, unknown, FileReference | UrlReference> = async (
    request,
    response,
  ) => {
    const { admissions, service } = this.parts;
    const { clientId } = response.locals;
    const { body } = request;
    const submitted = await admissions.run(clientId, request.get(KEY_HEADER), (admission) =>
      body.inputType === 'FILE'
        ? service.submitPath(clientId, admission, body)
        : service.submitUrl(clientId, admission, body),
    );
    await this.answerSubmitted(response, submitted);
  };

  readonly retry: RequestHandler<{ id: string }> = async (request, response) => {
    const retriedFrom = request.params.id;
    const submitted = await this.parts.service.retry(retriedFrom, response.locals.clientId);
    response.locals.jobId = submitted.id;
    this.recordCreation(response, submitted.id);
    response.location(jobPath(submitted.id)).json({ ...toSubmittedBody(submitted), retriedFrom });
  };

  readonly show: RequestHandler<{ id: string }> = async (request, response) => {
    const { service, waits } = this.parts;
    const find = () => service.find(request.params.id, response.locals.clientId);
    const job = await find();
    const held = await waits.hold(response, job.id, job.status);
    response.json(toJobDetails(held === undefined ? job : await find()));
  };

  readonly cancel: RequestHandler<{ id: string }> = async (request, response) => {
    const { clientId, requestId } = response.locals;
    response.json(toJobDetails(await this.parts.service.cancel(request.params.id, clientId, requestId)));
  };

  readonly delete: RequestHandler<{ id: string }> = async (request, response) => {
    await this.parts.service.delete(request.params.id, response.locals.clientId);
    response.status(204).end();
  };

  private recordCreation({ locals: { clientId, requestId } }: Response, jobId: string): void {
    this.parts.transitions.record({ jobId, from: null, to: 'PENDING', seconds: null, clientId, requestId });
  }

  /** Answers with the job's status, which the client may prefer to be its last. */
  private async answerSubmitted(response: Response, submitted: SubmittedJob): Promise<void> {
    const { id, replayed } = submitted;
    response.locals.jobId = id;
    if (replayed) response.set('Idempotency-Replayed', 'true');
    else this.recordCreation(response, id);
    const status = (await this.parts.waits.hold(response, id, submitted.status)) ?? submitted.status;
    response.location(jobPath(id)).json(toSubmittedBody({ ...submitted, status }));
  }
}

function toSubmittedBody({ id, status, createdAt, sessionId }: SubmittedJob) {
  return { jobId: id, status, createdAt, links: jobLinks({ id, sessionId }) };
}
