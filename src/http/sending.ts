/** An answer that streams is cut then: no call takes that long, and a token does not last. */
const LONGEST_MILLISECONDS = 300_000;

/** The same response. @param end is told once, when it was sent or nobody takes it any more. */
export function untilSent(response: Response, end: () => void): Response {
  if (!response.body) {
    end();
    return response;
  }
  const reader = response.body.getReader();
  const late = setTimeout(() => void reader.cancel().catch(() => undefined), LONGEST_MILLISECONDS);
  const ended = () => {
    clearTimeout(late);
    end();
  };
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        ended();
        controller.close();
      } catch (error) {
        ended();
        controller.error(error);
      }
    },
    async cancel(reason) {
      ended();
      await reader.cancel(reason);
    },
  });
  return new Response(body, response);
}
