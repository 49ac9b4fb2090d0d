import request from 'supertest';
import { startTestApi } from '../support/test-api.js';

/** Every unknown field was named twice in the answer: 64 KB made more than half a megabyte. */
test('when a body has thousands of unknown fields, then the answer names a few and counts the others', async () => {
  const api = await startTestApi();
  try {
    const fields = Object.fromEntries(Array.from({ length: 6_000 }, (_, index) => [`f${index}`, 0]));

    const { status, text, body } = await request(api.url)
      .post('/api/v1/process')
      .send({ inputType: 'URL', ...fields });

    expect(status).toBe(400);
    expect(body.errors).toHaveLength(20);
    expect(body.detail).toMatch(/; and 5\d{3} more\.$/);
    expect(text.length).toBeLessThan(4_096);
  } finally {
    await api.close();
  }
});

test('when a field’s name is as long as a body may be, then the answer shortens it', async () => {
  const api = await startTestApi();
  try {
    const { body, text } = await request(api.url)
      .post('/api/v1/process')
      .send({ inputType: 'URL', ['x'.repeat(60_000)]: 0 });

    expect(body.errors).toHaveLength(3);
    expect(text.length).toBeLessThan(4_096);
  } finally {
    await api.close();
  }
});
