#include "daemon/voxapi/retry_after.h"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace dialerd::daemon::voxapi {
namespace {

using namespace std::chrono_literals;
using namespace std::chrono;

const HttpTime now = sys_days(1994y / November / 6) + 8h + 49min + 37s;

TEST(RetryAfter, Table) {
  struct Case {
    std::string text;
    std::optional<seconds> expected;
  };
  const Case cases[] = {
      // delay-seconds
      {"0", 0s},
      {"120", 120s},
      {" 7\t", 7s},
      {"0007", 7s},
      {"86400", 24h},
      {"86401", 24h},
      {"99999999999999999999999999", 24h},
      // HTTP-date: IMF-fixdate, RFC 850, asctime
      {"Sun, 06 Nov 1994 08:50:07 GMT", 30s},
      {"Sunday, 06-Nov-94 08:50:07 GMT", 30s},
      {"Sun Nov  6 08:50:07 1994", 30s},
      {"Sun Nov 16 08:49:37 1994", 24h},
      {"Sun, 06 Nov 1994 08:49:37 GMT", 0s},
      {"Sun, 06 Nov 1994 08:49:36 GMT", 0s},
      {"Thu, 01 Jan 1970 00:00:00 GMT", 0s},
      {"Fri, 31 Dec 9999 23:59:59 GMT", 24h},
      {"Sunday, 06-Nov-43 08:49:37 GMT", 24h},  // 2043
      {"Sunday, 06-Nov-45 08:49:37 GMT", 0s},   // 1945: 2045 would be more than 50 years ahead
      // unreadable
      {"", std::nullopt},
      {"  ", std::nullopt},
      {"-1", std::nullopt},
      {"+5", std::nullopt},
      {"1.5", std::nullopt},
      {"5s", std::nullopt},
      {"soon", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 CET", std::nullopt},
      {"Sun, 06 Nov 1994 08:49:37 GMT+1", std::nullopt},
      {"Sun, 31 Feb 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nop 1994 08:49:37 GMT", std::nullopt},
      {"Sun, 06 Nov 1994 24:00:00 GMT", std::nullopt},
      {"Sun, 06 Nov", std::nullopt},
      {"Sun, ", std::nullopt},
      {"1994-11-06T08:49:37Z", std::nullopt},
  };
  for (const Case& c : cases) EXPECT_EQ(parse_retry_after(c.text, now), c.expected) << "'" << c.text << "'";
}

TEST(RetryAfter, EveryPrefixAndEveryChangedByteIsReadOrRefused) {
  for (const std::string text :
       {"Sun, 06 Nov 1994 08:50:07 GMT", "Sunday, 06-Nov-94 08:50:07 GMT", "Sun Nov  6 08:50:07 1994"}) {
    for (std::size_t i = 0; i < text.size(); ++i) {
      EXPECT_EQ(parse_retry_after(text.substr(0, i), now), std::nullopt) << text.substr(0, i);
      std::string changed = text;
      for (int byte = 0; byte < 256; ++byte) {
        changed[i] = static_cast<char>(byte);
        const auto wait = parse_retry_after(changed, now).value_or(0s);
        EXPECT_TRUE(wait >= 0s && wait <= retry_after_max) << changed;
      }
    }
  }
}

}  // namespace
}  // namespace dialerd::daemon::voxapi
