// Writes the daemon's own claim, record and settle as a pgbench script, so that a benchmark measures these statements
// and not a copy of them: each batch is three transactions, as the daemon makes them.
//
// Usage: bench_statements [BATCH]   the script on standard output
//        bench_statements --conninfo CONNINFO   the connection string with the session settings of the daemon's
//        sessions
//
// For account `bench`, epoch 1 and campaign 1, without rules. Three of five calls end, two are to be retried. pgbench
// does not read the leads that a claim brings, so the settlement looks their ids up by their attempts; that, and making
// attempt ids in SQL, is what the script does beyond the daemon's own work.
#include <cstdlib>
#include <iostream>
#include <map>
#include <regex>
#include <string>

#include "storage/claim_sql.h"
#include "storage/connection_string.h"
#include "storage/write_sql.h"

namespace {

using Arguments = std::map<int, std::string>;

// The statement with SQL for its arguments.
std::string with(const std::string& sql, const Arguments& arguments) {
  static const std::regex parameter(R"(\$([0-9]+))");
  std::string text;
  auto from = sql.cbegin();
  for (std::sregex_iterator it(sql.begin(), sql.end(), parameter), end; it != end; ++it) {
    text.append(from, (*it)[0].first).append("(" + arguments.at(std::stoi((*it)[1])) + ")");
    from = (*it)[0].second;
  }
  return text.append(from, sql.cend());
}

std::string all(const std::string& value, int batch) {
  return "array_fill(" + value + ", array[" + std::to_string(batch) + "])";
}

// Three of five one value, the others another one.
std::string mixed(const std::string& ended, const std::string& retried, int batch) {
  const int first = batch * 3 / 5;
  return all(ended, first) + " || " + all(retried, batch - first);
}

const std::string account = "'bench'::text";
const std::string epoch = "1::bigint";
const std::string ids = ":ids::uuid[]";
const std::string now_ms = "(extract(epoch from clock_timestamp()) * 1000)::bigint";

std::string claim(int batch) {
  return with(dialerd::storage::claim_sql(1), {{1, account},
                                               {2, epoch},
                                               {3, "1::bigint"},
                                               {4, "'{}'"},
                                               {5, "'{}'"},
                                               {6, std::to_string(batch)},
                                               {7, "'{\"\"}'"},
                                               {8, "0::bigint"},
                                               {9, ids},
                                               {10, "'{name,city}'"}});
}

std::string fence() { return with(dialerd::storage::fence_sql, {{1, account}, {2, epoch}}); }

std::string record(int batch) {
  return with(dialerd::storage::record_sql, {{1, account},
                                             {2, ids},
                                             {3, all("'in_progress'::text", batch)},
                                             {4, "array(select 'call_' || i from unnest(" + ids + ") as i)"},
                                             {5, all("'07011112222'::text", batch)},
                                             {6, all("201", batch)},
                                             {7, all("null::text", batch)},
                                             {8, all(now_ms, batch)}});
}

std::string settle(int batch) {
  const std::string no_text = all("null::text", batch);
  return with(dialerd::storage::settle_sql, {{1, account},
                                             {2, ids},
                                             {3, ":leads::bigint[]"},
                                             {4, all("'ended'::text", batch)},
                                             {5, mixed("'user_hangup'::text", "'dial_no_answer'::text", batch)},
                                             {6, mixed("'ended'::text", "'not_connected'::text", batch)},
                                             {7, no_text},
                                             {8, no_text},
                                             {9, all("null::int", batch)},
                                             {10, no_text},
                                             {11, all("null::bigint", batch)},
                                             {12, mixed(now_ms, "null::bigint", batch)},
                                             {13, all(now_ms, batch)},
                                             {14, all("true", batch)},
                                             {15, mixed("'done'::text", "'ready'::text", batch)},
                                             {16, mixed("null::bigint", now_ms + " + 3600000", batch)},
                                             {17, mixed("'user_hangup'::text", "null::text", batch)},
                                             {18, all("1", batch)},
                                             {19, mixed("''::text", "'dial_no_answer=1'::text", batch)},
                                             {20, mixed("true", "false", batch)},
                                             {21, mixed("'done'::text", "'retry'::text", batch)},
                                             {22, all("false", batch)},
                                             {23, mixed("null::int", "0", batch)}});
}

// gen_random_uuid() with a UUIDv7's time and version, in order.
std::string new_ids(int batch) {
  return "select array_agg(id order by id)::text as ids from (select overlay(gen_random_uuid()::text placing "
         "regexp_replace(lpad(to_hex(" +
         now_ms + "), 12, '0'), '(.{8})(.*)', '\\1-\\2-7') from 1 for 15)::uuid as id from generate_series(1, " +
         std::to_string(batch) + ")) as made \\gset\n";
}

const std::string leads_of_ids =
    "select array_agg(a.lead_id order by i.n)::text as leads from unnest(:ids::uuid[]) with ordinality as i (id, n) "
    "join dialerd.attempt a on a.attempt_id = i.id \\gset\n";

std::string transaction(const std::string& statements) { return "begin;\n" + statements + "commit;\n"; }

}  // namespace

int main(int argc, char** argv) {
  const std::string first = argc > 1 ? argv[1] : "";
  if (first == "--conninfo" && argc == 3) {
    dialerd::storage::SessionSettings settings;
    settings.conninfo = argv[2];
    const auto conninfo = dialerd::storage::connection_string(settings);
    if (conninfo.has_error()) {
      std::cerr << "bench_statements: " << conninfo.error().message << "\n";
      return 1;
    }
    std::cout << *conninfo << "\n";
    return 0;
  }
  const int batch = first.empty() ? 500 : std::atoi(first.c_str());
  if (batch < 5) {
    std::cerr << "usage: bench_statements [BATCH] | --conninfo CONNINFO\n";
    return 2;
  }
  std::cout << new_ids(batch) << transaction(claim(batch) + ";\n") << leads_of_ids
            << transaction(fence() + ";\n" + record(batch) + ";\n")
            << transaction(fence() + ";\n" + settle(batch) + ";\n");
}
