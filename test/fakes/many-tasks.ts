/** Lets everything happen that can happen without the test. */
export async function manyTasks(): Promise<void> {
  for (let task = 0; task < 50; task++) await new Promise((resolve) => setImmediate(resolve));
}
