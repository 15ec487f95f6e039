// A dialer on pg-boss: jobs are fetched and completed by the thousand, each with the rows that belong to it.
import { setTimeout as sleep } from "node:timers/promises";
import PgBoss from "pg-boss";
import { Batches, bench, giveUp, recordCalls, retryOf, transaction, writeOutcomes } from "./shared.mjs";

const queue = "dial";
const poolSize = 8;
const fetchBatch = 4000;
const placing = 1024; // at once: 64 of them in POSTs, the others wait for their record
const record = { size: 1000, delay: 20 };

/** What pg-boss needs to write inside of somebody's transaction. */
const within = (client) => ({ db: { executeSql: (text, values) => client.query(text, values) } });

class PgBossDialer {
  #ready = []; // jobs that are fetched and not yet placed
  #fetching;
  #loops = [];
  #stopping = false;

  constructor({ pool, api, follow }) {
    Object.assign(this, { pool, api, follow });
    this.boss = new PgBoss({ db: { executeSql: (text, values) => pool.query(text, values) }, schedule: false });
    this.boss.on("error", giveUp);
    this.records = new Batches((placed) => this.#record(placed), record);
  }

  async enqueue(batches) {
    await this.boss.start();
    await this.boss.createQueue(queue, { retryLimit: 0 }); // a job that was lost on the way is not placed again
    // The library's own index serves no order: with hundreds of thousands of jobs waiting, each fetch would sort them all.
    const { rows: [{ partition_name: partition }] } = await this.pool.query(
      "select partition_name from pgboss.queue where name = $1", [queue]);
    await this.pool.query(`create index on pgboss.${partition} (created_on, id) where state < 'active'`);
    for (const batch of batches) await this.boss.insert(batch.map((job) => ({ name: queue, data: job })));
  }

  async start() {
    this.#loops = Array.from({ length: placing }, () => this.#placeJobs());
    for (const loop of this.#loops) loop.catch(giveUp);
  }

  async #placeJobs() {
    for (let job; (job = await this.#next());) {
      let call;
      try {
        call = await this.api.place(job.data);
      } catch (error) {
        await this.boss.fail(queue, job.id, error);
        continue;
      }
      await this.records.add({ id: job.id, call });
      this.follow(call);
    }
  }

  // A batch is asked for while there is less than one, so that none waits for it. undefined: no more.
  async #next() {
    while (!this.#stopping && this.#ready.length < fetchBatch) {
      this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
      if (this.#ready.length > 0) break;
      await this.#fetching;
    }
    return this.#ready.pop();
  }

  async #fetch() {
    // All leads are as urgent, so no order by priority.
    const jobs = await this.boss.fetch(queue, { batchSize: fetchBatch, priority: false });
    if (jobs.length === 0) await sleep(500);
    this.#ready.unshift(...jobs.reverse());
  }

  #record(placed) {
    return transaction(this.pool, async (client) => {
      await recordCalls(client, placed.map((one) => one.call));
      await this.boss.complete(queue, placed.map((one) => one.id), null, within(client));
    });
  }

  settle(calls) {
    const retries = calls.map(retryOf).filter(Boolean);
    return transaction(this.pool, async (client) => {
      await writeOutcomes(client, calls);
      if (retries.length === 0) return;
      await this.boss.insert(retries.map(({ job, at }) => ({ name: queue, data: job, startAfter: at })), within(client));
    });
  }

  // What is fetched is still placed: there is no way to give it back.
  async stop() {
    this.#stopping = true;
    await Promise.all(this.#loops);
    await this.boss.stop();
  }
}

await bench("pg-boss", PgBossDialer, poolSize);
