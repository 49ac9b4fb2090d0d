import { Joi } from 'celebrate';
import { EXPORT_FORMATS, type ExportFormat } from '../conversion/client/converter.js';
import { jobIdSchema } from '../http/validation.js';

export interface ListQuery {
  readonly include?: 'content';
}

export interface ShowQuery {
  readonly download?: '1' | 'true' | '0' | 'false';
}

export const listSchema = Joi.object<ListQuery>({
  include: Joi.string().valid('content').description('Brings the contents as well, up to 32 MB of them.'),
});

export const showSchema = Joi.object<ShowQuery>({
  download: Joi.string()
    .valid('1', 'true', '0', 'false')
    .description('`1`: as an attachment, with a name to save it by.')
    .example('1'),
});

/** Parameters of the path of one result. */
export const resultParams = Joi.object<{ id: string; format: ExportFormat }>({
  id: jobIdSchema,
  format: Joi.string()
    .valid(...EXPORT_FORMATS)
    .required()
    .example('markdown'),
});
