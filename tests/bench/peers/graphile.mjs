// A dialer on graphile-worker: a task for each job, with the worker's local queue and its batches of completions.
import { Logger, run, runMigrations } from "graphile-worker";
import { Batches, bench, giveUp, recordCalls, retryOf, transaction, writeOutcomes } from "./shared.mjs";

const task = "dial";
const poolSize = 8; // the worker warns that it is fewer than the jobs at once; with its batches it needs three
const placing = 512; // at once: 64 of them in POSTs, the others wait for their record
const preset = {
  worker: { concurrentJobs: placing, localQueue: { size: 2000 }, completeJobBatchDelay: 250, failJobBatchDelay: 250 },
};
const record = { size: 1000, delay: 20 };

// The worker's own words for each job are left out; its complaints are not.
const logger = new Logger(() => (level, message) => {
  if (level === "error" || level === "warning") process.stderr.write(`graphile-worker: ${message}\n`);
});

class GraphileDialer {
  constructor({ pool, api, follow }) {
    Object.assign(this, { pool, api, follow });
    this.records = new Batches((calls) => recordCalls(pool, calls), record);
    const taskList = { [task]: (job) => this.#place(job) };
    this.options = { pgPool: pool, preset, logger, noHandleSignals: true, taskList, parsedCronItems: [] };
  }

  async enqueue(batches) {
    await runMigrations(this.options);
    for (const batch of batches) await this.#add(this.pool, batch.map((job) => ({ job })));
  }

  async start() {
    this.runner = await run(this.options);
    this.runner.promise.catch(giveUp);
  }

  async #place(job) {
    const call = await this.api.place(job);
    await this.records.add(call);
    this.follow(call);
  }

  settle(calls) {
    const retries = calls.map(retryOf).filter(Boolean);
    return transaction(this.pool, async (client) => {
      await writeOutcomes(client, calls);
      if (retries.length > 0) await this.#add(client, retries);
    });
  }

  // By the function that the library's addJobs calls too, which inside of a transaction of one's own is to be called by SQL.
  #add(client, jobs) {
    // One attempt: a job that was lost on the way is not placed again.
    const specs = jobs.map(({ job, at }) => ({ identifier: task, payload: job, run_at: at, max_attempts: 1 }));
    return client.query({
      name: "add_jobs",
      text: `select count(*) from graphile_worker.add_jobs(
               array(select json_populate_recordset(null::graphile_worker.job_spec, $1::json)))`,
      values: [JSON.stringify(specs)],
    });
  }

  // Calls that are being placed are finished. 0.17.3 fails to stop while jobs wait in its local queue ("Cannot background
  // something when the queue is already released"), but not while it asks for more.
  async stop() {
    await new Promise((resolve) => {
      this.runner.events.on("localQueue:setMode", ({ newMode }) => newMode === "POLLING" && resolve());
    });
    await this.runner.stop();
  }
}

await bench("graphile-worker", GraphileDialer, poolSize);
