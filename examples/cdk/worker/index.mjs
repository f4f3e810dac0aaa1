export const handler = async ({ Records = [] }) => ({ seen: Records.length });
