#include "daemon/status_page/basic_auth.h"

#include <gtest/gtest.h>

namespace dialerd::daemon::status_page {
namespace {

// "operations:correct horse battery" in base64.
constexpr std::string_view good = "Basic b3BlcmF0aW9uczpjb3JyZWN0IGhvcnNlIGJhdHRlcnk=";

TEST(BasicLogin, AdmitsTheUserWithThePassword) {
  const BasicLogin login("operations", "correct horse battery");
  EXPECT_TRUE(login.admits({good}));
  EXPECT_TRUE(login.admits({"bAsIc  b3BlcmF0aW9uczpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="})) << "RFC 7235, 2.1";
}

TEST(BasicLogin, AdmitsNobodyElse) {
  const BasicLogin login("operations", "correct horse battery");
  EXPECT_FALSE(login.admits({}));
  EXPECT_FALSE(login.admits({good, good})) << "which of the two would a proxy have looked at?";
  for (std::string_view header : {"", "Basic", "Basic ", "Basic b3BlcmF0aW9uczpjb3JyZWN0IGhvcnNlIGJhdHRlcnkx",
                                  "Basic b3BlcmF0aW9uczo=", "Bearer b3BlcmF0aW9uczpjb3JyZWN0IGhvcnNlIGJhdHRlcnk="}) {
    EXPECT_FALSE(login.admits({header})) << header;
  }
}

TEST(PasswordFault, RefusesWhatCanBeGuessedAndNeverRepeatsIt) {
  EXPECT_EQ(password_fault("correct horse battery"), std::nullopt);
  for (std::string_view password : {"short-secret", "two lines of it\nand more"}) {
    const auto fault = password_fault(password);
    ASSERT_TRUE(fault) << password;
    EXPECT_EQ(fault->find(password), std::string::npos);
  }
}

}  // namespace
}  // namespace dialerd::daemon::status_page
