// How many leads a second one connection takes through claim, record and settle: three transactions for each batch.
// Usage: storage_cycle [LEADS] [BATCH]   with DIALERD_TEST_POSTGRES as for the tests; durable figures need a cluster
// with fsync.
#include <algorithm>
#include <cstdlib>
#include <iomanip>
#include <iostream>
#include <random>

#include "tests/support/test_database.h"

namespace {

using namespace std::chrono_literals;
using namespace dialerd;
using Clock = std::chrono::steady_clock;

template <typename T>
T must(storage::Result<T> result) {
  if (result.has_error()) throw std::runtime_error(result.error().message);
  return std::move(*result);
}
void must(const storage::Result<void>& result) {
  if (result.has_error()) throw std::runtime_error(result.error().message);
}

class Durations {
 public:
  template <typename Work>
  void time(Work work) {
    const auto begin = Clock::now();
    work();
    ms_.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begin).count());
  }
  void print(const std::string& name) {
    std::sort(ms_.begin(), ms_.end());
    std::cout << "  " << std::setw(7) << name << " p50 " << ms_[ms_.size() / 2] << " ms, p99 "
              << ms_[ms_.size() * 99 / 100] << " ms\n";
  }

 private:
  std::vector<double> ms_;
};

std::vector<campaign::AttemptId> new_attempts(std::size_t count) {
  static std::mt19937_64 generator{1};
  const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
  std::vector<campaign::AttemptId> ids(count);
  for (auto& id : ids) {
    std::array<std::uint8_t, 10> random{};
    for (auto& byte : random) byte = static_cast<std::uint8_t>(generator());
    id = campaign::make_attempt_id(now, random);
  }
  return ids;
}

void run(std::size_t leads, std::size_t batch) {
  test::TestDatabase database;
  storage::Session session(database.settings());
  const auto campaign = must(session.register_campaign("bench", "main", "KR"));
  const auto owner = must(session.acquire("main", "bench", 1h));
  database.rows(
      "insert into dialerd.lead (campaign_id, to_number, fields) "
      "select 1, '010' || lpad(n::text, 8, '0'), jsonb_build_object('name', 'Person ' || n, 'city', 'Busan') "
      "from generate_series(1, " +
      std::to_string(leads) + ") n");
  database.rows("vacuum analyze");

  Durations claims, records, settles;
  std::size_t done = 0;
  const auto begin = Clock::now();
  while (done < leads) {
    storage::ClaimResult claimed;
    claims.time([&] {
      claimed = must(session.claim({owner, campaign, {""}, {}, new_attempts(batch), {"name", "city"}}));
    });
    if (claimed.leads.empty()) break;
    storage::WriteBatch answers{owner, {}, {}};
    storage::WriteBatch ends{owner, {}, {}};
    const auto now = std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    for (const auto& lead : claimed.leads) {
      campaign::Record record;
      record.attempt = lead.attempt;
      record.call_id = "call_" + to_string(lead.attempt);
      record.http_status = 201;
      record.answered = now;
      answers.records.push_back(record);
      campaign::Settlement end;
      end.attempt = lead.attempt;
      end.lead = lead.lead;
      end.disposition = "user_hangup";
      end.call_status = "completed";
      end.outcome = "completed";
      end.lead_attempts = 1;
      ends.settlements.push_back(end);
    }
    records.time([&] { must(session.write(answers)); });
    settles.time([&] { must(session.write(ends)); });
    done += claimed.leads.size();
  }
  const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
  std::cout << std::fixed << std::setprecision(1) << done << " leads, batch " << batch << ": "
            << static_cast<double>(done) / seconds << " full cycles/s on one connection\n";
  claims.print("claim");
  records.print("record");
  settles.print("settle");
}

}  // namespace

int main(int argc, char** argv) {
  try {
    run(argc > 1 ? std::strtoul(argv[1], nullptr, 10) : 200'000, argc > 2 ? std::strtoul(argv[2], nullptr, 10) : 500);
  } catch (const std::exception& error) {
    std::cerr << "storage_cycle: " << error.what() << "\n";
    return 1;
  }
}
