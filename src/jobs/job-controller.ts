import type { RequestHandler, Response } from 'express';
import { readUpload } from '../http/multipart-upload.js';
import type { InputStorage } from '../storage/input-storage.js';
import { uploadSchema, type FileReference, type UrlReference } from './job-schemas.js';
import type { CreatedJob, JobService } from './job-service.js';
import { jobLinks, jobPath, toJobDetails } from './job-view.js';

export interface JobControllerParts {
  readonly service: JobService;
  readonly storage: InputStorage;
  readonly maxFileBytes: number;
}

/** The calls on single jobs. What they are given has been validated. */
export class JobController {
  constructor(private readonly parts: JobControllerParts) {}

  readonly submitUpload: RequestHandler = async (request, response) => {
    const { service, storage, maxFileBytes } = this.parts;
    const { clientId } = response.locals;
    const { file, fields } = await readUpload(request, storage, { maxBytes: maxFileBytes, schema: uploadSchema });
    answerCreated(response, await service.submitUpload(clientId, file, fields), fields.sessionId);
  };

  readonly submitReference: RequestHandler<never, unknown, FileReference | UrlReference> = async (
    request,
    response,
  ) => {
    const { service } = this.parts;
    const { clientId } = response.locals;
    const { body } = request;
    const created = await (body.inputType === 'FILE'
      ? service.submitPath(clientId, body)
      : service.submitUrl(clientId, body));
    answerCreated(response, created, body.sessionId);
  };

  readonly show: RequestHandler<{ id: string }> = async (request, response) => {
    response.json(toJobDetails(await this.parts.service.find(request.params.id, response.locals.clientId)));
  };

  readonly cancel: RequestHandler<{ id: string }> = async (request, response) => {
    response.json(toJobDetails(await this.parts.service.cancel(request.params.id, response.locals.clientId)));
  };

  readonly delete: RequestHandler<{ id: string }> = async (request, response) => {
    await this.parts.service.delete(request.params.id, response.locals.clientId);
    response.status(204).end();
  };
}

function answerCreated(response: Response, { id, createdAt }: CreatedJob, sessionId: string): void {
  response.locals.jobId = id;
  response.location(jobPath(id)).json({ jobId: id, status: 'PENDING', createdAt, links: jobLinks({ id, sessionId }) });
}
