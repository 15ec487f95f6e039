// What both dialers have in common: arguments, the voice API, the table of calls, following, and the measurement.
import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import pg from "pg";
import { Pool } from "undici";

const connections = 64; // to the voice API, as many as dialerd has in the benchmark
const warmUpSeconds = 5;
const passInterval = 2000; // ms, between two passes over the list; dialerd's default too
const clockSkew = 1000; // ms, that the provider's clock may differ from ours
const settleBatch = 1000;
const stopSeconds = 15; // for the calls that are open when dialing ends

const agent = "2b0c7b1e-5d3f-4e0a-9c53-6f1f6a7a9f10";

// --- start and end

function fail(message, code) {
  process.stderr.write(`${process.argv[1].split("/").pop()}: ${message}\n`);
  process.exit(code);
}

/** Ends the process. */
export const giveUp = (error) => fail(error.message || String(error), 1);

function options() {
  const text = { type: "string" };
  const names = { conninfo: text, url: text, ca: text, "key-file": text, leads: text, seconds: text };
  let values;
  try {
    ({ values } = parseArgs({ options: names }));
  } catch (error) {
    fail(error.message, 2);
  }
  for (const name of Object.keys(names)) if (!values[name]) fail(`--${name} is missing`, 2);
  for (const name of ["leads", "seconds"]) {
    if (!/^[1-9]\d*$/.test(values[name])) fail(`--${name} must be a whole number above 0, not '${values[name]}'`, 2);
  }
  return { ...values, key: readFileSync(values["key-file"], "utf8").trim(), leads: +values.leads, seconds: +values.seconds };
}

// A libpq connection string (https://www.postgresql.org/docs/15/libpq-connect.html#LIBPQ-CONNSTRING), which pg does not read.
function database(conninfo) {
  const found = {};
  for (const [, name, quoted, plain] of conninfo.matchAll(/(\w+)\s*=\s*(?:'((?:[^'\\]|\\.)*)'|(\S+))/g)) {
    found[name] = quoted === undefined ? plain : quoted.replace(/\\(.)/g, "$1");
  }
  return { host: found.host, port: +(found.port ?? 5432), user: found.user, password: found.password, database: found.dbname };
}

export async function transaction(pool, work) {
  const client = await pool.connect();
  try {
    await client.query("begin");
    await work(client);
    await client.query("commit");
    client.release();
  } catch (error) {
    client.release(true); // closed, and so rolled back
    throw error;
  }
}

// --- leads

/** So many leads, each as the job that says to call it; `size` of them at a time. */
export function* leadsInBatches(count, size = 5000) {
  for (let first = 0; first < count; first += size) {
    yield Array.from({ length: Math.min(size, count - first) }, (_, i) => ({
      lead: first + i, to: "010" + String(first + i).padStart(8, "0"), name: `Person ${first + i}`, city: "Busan", attempt: 1,
    }));
  }
}

/** The one retry that a lead has: an hour after an attempt that nobody answered. undefined: it has none. */
export function retryOf({ job, outcome }) {
  if (outcome !== "dial_no_answer" || job.attempt > 1) return undefined;
  return { job: { ...job, attempt: job.attempt + 1 }, at: new Date(Date.now() + 3600_000) };
}

// --- the voice API

// RFC 9562, version 7: in the order of time, so that the index on it grows at one end.
function timeOrderedUuid() {
  const time = Date.now().toString(16).padStart(12, "0");
  return `${time.slice(0, 8)}-${time.slice(8)}-7${randomUUID().slice(15)}`;
}

class VoiceApi {
  posted = 0;
  failed = 0;
  firstFailure;

  constructor({ url, ca, key }) {
    // No retry: undici's Pool sends a request once. Listings have a connection of their own, so that no queue of POSTs delays them.
    const timeouts = { keepAliveTimeout: 60_000, headersTimeout: 30_000, bodyTimeout: 30_000 };
    const common = { pipelining: 1, connect: { ca: readFileSync(ca) }, ...timeouts };
    this.posts = new Pool(url, { ...common, connections });
    this.lists = new Pool(url, { ...common, connections: 1 });
    this.headers = { accept: "application/json", authorization: `Bearer ${key}`, "user-agent": "dialerd-bench-peer" };
    this.postHeaders = { ...this.headers, "content-type": "application/json" };
  }

  /** Places the call of a job. */
  async place(job) {
    const attempt = timeOrderedUuid();
    const placedAt = Date.now();
    this.posted += 1;
    try {
      const { statusCode, body } = await this.posts.request({
        path: "/v3/calls", method: "POST", headers: this.postHeaders,
        body: JSON.stringify({
          from_number: "07011112222", to_number: job.to, agent: { agent_id: agent },
          dynamic_variables: { customer_name: job.name, city: job.city }, metadata: { attempt_id: attempt },
        }),
      });
      if (statusCode !== 200 && statusCode !== 201) throw new Error(`POST /v3/calls: ${statusCode} ${await body.text()}`);
      return { attempt, call: (await body.json()).id, job, placedAt };
    } catch (error) {
      this.failed += 1;
      this.firstFailure ??= error;
      throw error;
    }
  }

  /** The calls of a time range, a hundred with each request, oldest first. */
  async *pages(from, to) {
    const range = `/v3/calls?sort_order=ascending&limit=100&start_at_after=${from}&start_at_before=${to}`;
    for (let path = range; path;) {
      const { statusCode, body } = await this.lists.request({ path, method: "GET", headers: this.headers });
      if (statusCode !== 200) throw new Error(`GET /v3/calls: ${statusCode} ${await body.text()}`);
      const { items, next_cursor: next } = await body.json();
      yield items;
      path = next && `${range}&cursor=${encodeURIComponent(next)}`;
    }
  }

  complainOfFailures() {
    if (this.failed > 0) throw new Error(`${this.failed} calls could not be placed; the first: ${this.firstFailure.message}`);
  }

  close() {
    return Promise.all([this.posts.close(), this.lists.close()]);
  }
}

// --- the table of calls

// Room in each page, so that an outcome is written beside its row and no index is touched (HOT).
const callTable = `
  create table call (
    attempt_id uuid primary key, lead_id bigint not null, attempt int not null, call_id text not null, placed_at timestamptz not null,
    outcome text, ended_at timestamptz, settled_at timestamptz
  ) with (fillfactor = 60)`;

export function recordCalls(client, calls) {
  return client.query({
    name: "record",
    text: `insert into call (attempt_id, lead_id, attempt, call_id, placed_at)
           select attempt_id, lead_id, attempt, call_id, to_timestamp(placed_ms / 1000.0)
           from unnest($1::uuid[], $2::bigint[], $3::int[], $4::text[], $5::bigint[])
                as c (attempt_id, lead_id, attempt, call_id, placed_ms)`,
    values: [calls.map((c) => c.attempt), calls.map((c) => c.job.lead), calls.map((c) => c.job.attempt), calls.map((c) => c.call),
      calls.map((c) => c.placedAt)],
  });
}

export function writeOutcomes(client, calls) {
  return client.query({
    name: "settle",
    text: `update call set outcome = o.outcome, ended_at = to_timestamp(o.ended_ms / 1000.0), settled_at = now()
           from unnest($1::uuid[], $2::text[], $3::bigint[]) as o (attempt_id, outcome, ended_ms)
           where call.attempt_id = o.attempt_id and call.outcome is null`,
    values: [calls.map((c) => c.attempt), calls.map((c) => c.outcome), calls.map((c) => c.endedAt)],
  });
}

/** Collects items, and writes up to `size` of them at once. One write at a time: what comes meanwhile waits for the next. */
export class Batches {
  #waiting = [];
  #writing = false;

  constructor(write, { size, delay }) {
    Object.assign(this, { write, size, delay });
  }

  /** Resolves when the item is written. */
  add(item) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ item, resolve, reject });
      if (!this.#writing) this.#run().catch(giveUp);
    });
  }

  async #run() {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      if (this.#waiting.length < this.size) await sleep(this.delay);
      const batch = this.#waiting.splice(0, this.size);
      try {
        await this.write(batch.map((one) => one.item));
        for (const one of batch) one.resolve();
      } catch (error) {
        for (const one of batch) one.reject(error);
      }
    }
    this.#writing = false;
  }
}

// --- following

/** Learns the outcomes of the open calls by passes over the list, from the oldest of them on. */
class Follower {
  settled = 0;
  #open = new Map(); // by call id
  #stopping = false;

  constructor(api, settle) {
    Object.assign(this, { api, settle });
  }

  follow(call) {
    this.#open.set(call.call, call);
  }

  async run() {
    while (!this.#stopping || this.#open.size > 0) {
      await sleep(this.#stopping ? 200 : passInterval);
      if (this.#open.size > 0) await this.#pass();
    }
  }

  async #pass() {
    let oldest = Infinity;
    for (const call of this.#open.values()) oldest = Math.min(oldest, call.placedAt);
    let ended = [];
    const writes = [];
    for await (const items of this.api.pages(oldest - clockSkew, Date.now())) {
      for (const item of items) {
        const call = this.#open.get(item.id);
        if (!call || item.status === "queued" || item.status === "ongoing") continue;
        this.#open.delete(item.id);
        ended.push(Object.assign(call, { outcome: item.disconnection_reason ?? item.status, endedAt: item.end_at ?? null }));
      }
      if (ended.length >= settleBatch) writes.push(this.#write(ended.splice(0)));
    }
    if (ended.length > 0) writes.push(this.#write(ended));
    await Promise.all(writes);
  }

  async #write(calls) {
    await this.settle(calls);
    this.settled += calls.length;
  }

  async stop(running) {
    this.#stopping = true;
    const late = sleep(stopSeconds * 1000, "late", { ref: false });
    if (await Promise.race([running, late]) === "late") throw new Error(`${this.#open.size} calls are still open after ${stopSeconds} s`);
  }
}

// --- the measurement

async function measure(seconds, follower) {
  const mark = (text) => process.stderr.write(text + "\n"); // for who measures the other processes meanwhile
  await sleep(warmUpSeconds * 1000);
  mark("window begins");
  const [settled, processor, began] = [follower.settled, process.cpuUsage(), performance.now()];
  await sleep(seconds * 1000);
  const elapsed = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(processor);
  const calls = follower.settled - settled;
  mark("window ends");
  return { calls, seconds: elapsed, calls_per_second: calls / elapsed, cpu_seconds: (user + system) / 1e6 };
}

/**
 * Runs a dialer as the command line asks, and prints what it reached. `Dialer` is made with {pool, api, follow}; it has
 * `enqueue(batches of jobs)`, `start()`, `settle(calls)` and `stop()`, which ends when no call is being placed any more.
 */
export async function bench(library, Dialer, poolSize) {
  for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => fail(`ended by ${signal} before it was measured`, 130));
  process.once("unhandledRejection", giveUp);
  try {
    const chosen = options();
    const { version } = createRequire(import.meta.url)(`${library}/package.json`);
    const pool = new pg.Pool({ ...database(chosen.conninfo), max: poolSize, application_name: library });
    pool.on("error", giveUp);
    pool.on("connect", (client) => client.on("error", giveUp));
    await pool.query(callTable);
    const api = new VoiceApi(chosen);
    const follower = new Follower(api, (calls) => dialer.settle(calls));
    const dialer = new Dialer({ pool, api, follow: (call) => follower.follow(call) });
    await dialer.enqueue(leadsInBatches(chosen.leads));
    await pool.query("vacuum analyze");
    await pool.query("checkpoint");

    const following = follower.run();
    following.catch(giveUp);
    await dialer.start();
    const done = await measure(chosen.seconds, follower);
    api.complainOfFailures();
    if (api.posted >= chosen.leads) throw new Error(`the ${chosen.leads} leads ran out: --leads must be more`);
    await dialer.stop();
    await follower.stop(following);
    await Promise.all([pool.end(), api.close()]);
    api.complainOfFailures();
    console.log(JSON.stringify({ library, version, ...done, peak_memory_mib: process.resourceUsage().maxRSS / 1024 }));
  } catch (error) {
    giveUp(error);
  }
}
