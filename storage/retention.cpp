#include "storage/retention.h"

#include "storage/array_text.h"
#include "storage/rollups.h"
#include "storage/transaction.h"

namespace dialerd::storage {
namespace {

constexpr std::chrono::hours attempts_min{366 * 24};
constexpr std::int64_t rows_in_a_step = 20'000;

// What session_options (connection_string.cpp) switches off for batches; and removing waits for nobody long, because
// others would wait behind it.
const std::string settings_for_removal =
    "set local enable_seqscan = on; set local enable_hashjoin = on; set local enable_sort = on; "
    "set local statement_timeout = '10min'";

// Something that goes row by row. $1: a time, as an interval before now.
struct Rows {
  std::string what;
  std::string table;
  std::string condition;
  std::string change;  // empty: they are deleted
};

// What belongs to attempts that are gone: those of a partition that stays keep theirs.
Rows of_gone_attempts(const std::string& what, const std::string& table) {
  return {what, table,
          "attempt_id < least(dialerd.uuid7_floor(now() - $1::interval), ("
          "select dialerd.uuid7_floor(min(to_date(substr(c.relname, 9), 'YYYY_MM'))::timestamp at time zone 'UTC') "
          "from pg_inherits i join pg_class c on c.oid = i.inhrelid "
          "where i.inhparent = 'dialerd.attempt'::regclass and c.relname ~ '^attempt_[0-9]{4}_[0-9]{2}$'))",
          ""};
}

// Done for so long, of campaigns that are over or not. Not of the others: see RetentionPolicy::leads.
Rows of_finished_leads(bool over) {
  return {"finished leads", "dialerd.lead",
          std::string("campaign_id ") + (over ? "" : "not ") +
              "in (select campaign_id from dialerd.campaign_state "
              "where state = 'completed' and completed_by in ('stopped', 'end_date')) "
              "and lead_id in (select lead_id from dialerd.lead_state where state = 'done' "
              "and updated_at < now() - $1::interval)",
          ""};
}

std::string text_of(std::chrono::seconds age) { return std::to_string(age.count()) + " seconds"; }

class Pruning {
 public:
  Pruning(Session& session, bool dry_run, const std::string& done_by, const std::function<void(const Removed&)>& tell)
      : session_(session), dry_run_(dry_run), done_by_(done_by), tell_(tell) {}

  // Tells of rows that have the age, and stay all the same.
  Result<void> keep(const Rows& rows, const std::string& why, std::optional<std::chrono::seconds> age) {
    return age ? count(rows, *age, why) : Result<void>{};
  }

  Result<void> remove(const Rows& rows, std::optional<std::chrono::seconds> age) {
    if (!age) return {};
    return dry_run_ ? count(rows, *age) : remove_in_steps(rows, *age);
  }

  Result<void> drop_partitions(std::chrono::seconds age) {
    std::vector<Removed> old;
    Result<void> done = session_.run("looking for old attempts", [&](Transaction& transaction) -> Result<void> {
      old.clear();
      transaction.exec(settings_for_removal);
      for (const auto& row :
           transaction.exec("select p.partition, c.reltuples::bigint, coalesce(p.keep, '') "
                            "from dialerd.old_attempt_partitions(now() - $1::interval) p "
                            "join pg_class c on c.oid = to_regclass('dialerd.' || p.partition) order by 1",
                            text_of(age))) {
        old.push_back({text_at(row, 0), number_at(row, 1), text_at(row, 2)});
      }
      return {};
    });
    if (done.has_error()) return done;
    for (Removed& partition : old) {
      const std::string name = partition.what;
      partition.what = "partition " + name;
      if (partition.kept.empty() && !dry_run_) {
        done = session_.run("dropping old attempts", [&](Transaction& transaction) -> Result<void> {
          transaction.exec(settings_for_removal);
          transaction.exec("select dialerd.drop_attempt_partition($1, $2)", name, done_by_);
          return {};
        });
        if (done.has_error()) return done;
      }
      tell_(partition);
    }
    return {};
  }

 private:
  Result<void> count(const Rows& rows, std::chrono::seconds age, const std::string& kept = "") {
    Removed removed{rows.what, 0, kept};
    Result<void> done = session_.run("counting " + rows.what, [&](Transaction& transaction) -> Result<void> {
      transaction.exec(settings_for_removal);
      removed.rows = number_at(
          transaction.exec("select count(*) from " + rows.table + " where " + rows.condition, text_of(age))[0], 0);
      return {};
    });
    if (!done.has_error() && (kept.empty() || removed.rows > 0)) tell_(removed);
    return done;
  }

  Result<void> remove_in_steps(const Rows& rows, std::chrono::seconds age) {
    const std::string chosen = " where ctid = any(array(select ctid from " + rows.table + " where " + rows.condition +
                               " limit " + std::to_string(rows_in_a_step) + "))";
    const std::string sql = rows.change.empty() ? "delete from " + rows.table + chosen
                                                : "update " + rows.table + " set " + rows.change + chosen;
    Removed removed{rows.what, 0, ""};
    for (;;) {
      std::int64_t step = 0;
      Result<void> done = session_.run("removing " + rows.what, [&](Transaction& transaction) -> Result<void> {
        transaction.exec(settings_for_removal);
        step = static_cast<std::int64_t>(transaction.exec(sql, text_of(age)).affected_rows());
        if (step > 0) {
          transaction.exec(
              "insert into dialerd.retention_log (action, done_by, reason, removed) "
              "values ('prune', $1, $2, jsonb_build_object($3::text, $4::bigint))",
              done_by_, "older than " + text_of(age), rows.what, step);
        }
        return {};
      });
      if (done.has_error()) return done;
      removed.rows += step;
      if (step < rows_in_a_step) break;
    }
    tell_(removed);
    return {};
  }

  Session& session_;
  bool dry_run_;
  const std::string& done_by_;
  const std::function<void(const Removed&)>& tell_;
};

}  // namespace

Result<void> prune(Session& session, const RetentionPolicy& policy, bool dry_run, const std::string& done_by,
                   const std::function<void(const Removed&)>& tell) {
  if (policy.attempts < attempts_min) {
    return Error{ErrorKind::refused, "attempts are kept for 366 days at least: caps and lock-outs reach back as far"};
  }
  // What goes has been counted, whenever the daemon last did.
  if (Result<void> counted = refresh_all_rollups(session); counted.has_error()) return counted;
  Pruning pruning(session, dry_run, done_by, tell);
  const std::pair<Rows, std::optional<std::chrono::seconds>> all[] = {
      {{"words of calls", "dialerd.call_detail",
        "attempt_id < dialerd.uuid7_floor(now() - $1::interval) "
        "and num_nonnulls(summary, sentiment, analysis, recording_url) > 0",
        "summary = null, sentiment = null, analysis = null, recording_url = null"},
       policy.words},
      {{"webhooks", "dialerd.webhook_event", "received_at < now() - $1::interval and handled_at is not null", ""},
       policy.webhooks},
      {{"rejected rows", "dialerd.import_reject",
        "import_id in (select import_id from dialerd.import where started_at < now() - $1::interval)", ""},
       policy.rejects},
      {{"gate decisions", "dialerd.gate_decision", "at < now() - $1::interval", ""}, policy.decisions},
      {of_finished_leads(true), policy.leads},
      {of_gone_attempts("call details", "dialerd.call_detail"), policy.attempts},
      {of_gone_attempts("late news", "dialerd.late_news"), policy.attempts},
      {of_gone_attempts("resolutions", "dialerd.resolution"), policy.attempts},
  };
  // The words first, then the partitions, then what belonged to their attempts.
  for (const auto& [rows, age] : all) {
    if (rows.what == "call details") {
      if (Result<void> done = pruning.drop_partitions(policy.attempts); done.has_error()) return done;
    }
    if (Result<void> done = pruning.remove(rows, age); done.has_error()) return done;
  }
  return pruning.keep(
      of_finished_leads(false),
      "their campaigns are neither stopped nor past their end_date, and an import that brings them again "
      "would have them called again",
      policy.leads);
}

Result<Forgotten> forget(Session& session, const std::string& person, const std::string& done_by,
                         const std::string& reason, bool dry_run) {
  Forgotten forgotten;
  bool found_out = false;
  Result<void> done = session.run("forgetting a person", [&](Transaction& transaction) -> Result<void> {
    forgotten = {};
    found_out = false;
    transaction.exec(settings_for_removal);
    const pqxx::result rows = transaction.exec(
        "select e.key, case when e.value = 'true' then null else (e.value #>> '{}')::bigint end "
        "from jsonb_each((select dialerd.forget($1, $2, $3))) as e",
        person, storable_text(done_by), storable_text(reason));
    for (const auto& row : rows) {
      if (null_at(row, 1)) {
        forgotten.open_call = true;
      } else {
        forgotten.removed[text_at(row, 0)] = number_at(row, 1);
      }
    }
    found_out = true;
    if (dry_run) return Error{ErrorKind::refused, "taken back"};  // so nothing is committed
    return {};
  });
  if (done.has_error() && !(dry_run && found_out)) return done.error();
  return forgotten;
}

}  // namespace dialerd::storage
