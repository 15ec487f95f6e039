// Any bytes at all make one line of valid UTF-8.
#include <algorithm>
#include <vector>

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "daemon/text/log_text.h"
#include "daemon/text/utf8.h"

namespace dialerd::daemon::text {
namespace {

RC_GTEST_PROP(LogTextProperty, IsOneLineOfPrintableUtf8, (const std::vector<unsigned char>& bytes)) {
  for (const Escape escape : {Escape::text, Escape::json}) {
    const std::string line = log_text(std::string(bytes.begin(), bytes.end()), escape);
    std::string_view rest = line;
    while (!rest.empty()) {
      const Character character = decode(rest);
      RC_ASSERT(character.valid);
      RC_ASSERT(!is_unprintable(character.code));
      rest.remove_prefix(character.size);
    }
  }
}

RC_GTEST_PROP(LogTextProperty, NoMobileNumberPasses, ()) {
  const auto digits = *rc::gen::container<std::string>(8, rc::gen::inRange('0', static_cast<char>('9' + 1)));
  const auto before = *rc::gen::elementOf(std::vector<std::string>{"", "to ", "(", "번호", "number=", "\"", "\x1b["});
  const auto after = *rc::gen::elementOf(std::vector<std::string>{"", " is busy", ")", "로", ",", "\"", "\n"});
  const std::string number = "010" + digits;
  RC_ASSERT(log_text(before + number + after, Escape::text).find(number) == std::string::npos);
}

}  // namespace
}  // namespace dialerd::daemon::text
