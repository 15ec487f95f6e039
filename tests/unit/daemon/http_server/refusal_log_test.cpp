#include "daemon/http_server/refusal_log.h"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::http_server {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;

TEST(RefusalLog, TellsANewReasonAtOnceAndThenEveryTenSeconds) {
  std::vector<std::string> lines;
  RefusalLog log([&](const std::string& line) { lines.push_back(line); });
  const auto client = config::parse_ip_address("192.0.2.1");
  const auto other = config::parse_ip_address("192.0.2.2");
  const RefusalLog::Clock::time_point begin{};
  log.count(begin, "wrong path", client);
  for (int i = 1; i <= 99; ++i) log.count(begin + i * 10ms, "wrong path", i == 99 ? other : client);
  log.count(begin + 1s, "too slow", std::nullopt);
  log.flush(begin + 9s);
  EXPECT_THAT(lines, ElementsAre("wrong path, from 192.0.2.1", "too slow"));
  log.flush(begin + 10s);
  log.flush(begin + 11s);
  EXPECT_THAT(lines,
              ElementsAre("wrong path, from 192.0.2.1", "too slow", "wrong path, 99 times, last from 192.0.2.2"));
}

}  // namespace
}  // namespace dialerd::daemon::http_server
