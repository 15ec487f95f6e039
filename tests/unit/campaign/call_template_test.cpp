#include "campaign/call_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::campaign {
namespace {

using config::ValueSource;
using testing::ElementsAre;
using testing::Pair;

config::CampaignConfig campaign() {
  config::CampaignConfig config;
  config.agent = {"0f8fad5b-d9cb-469f-a165-70867728950e", "production"};
  config.dynamic_variables = {{"customer", {ValueSource::Kind::field, "name"}},
                              {"company", {ValueSource::Kind::literal, "한빛보험"}},
                              {"greeting_name", {ValueSource::Kind::field, "name"}}};
  config.metadata = {{"crm_id", {ValueSource::Kind::field, "id"}}};
  return config;
}

ClaimedLead lead(std::vector<std::optional<std::string>> values) {
  ClaimedLead made;
  made.attempt = *parse_attempt_id("01901234-5678-7102-8304-05060708090a");
  made.to_number = "01012345678";
  made.field_values = std::move(values);
  return made;
}

TEST(CallTemplate, AsksForEachFieldOnce) {
  EXPECT_THAT(CallTemplate(campaign()).lead_fields(), ElementsAre("name", "id"));
}

TEST(CallTemplate, FillsVariablesAndMetadataAndAlwaysSendsTheAttemptId) {
  auto rendered = CallTemplate(campaign()).render(lead({"홍길동", "7"}), "07011112222");
  const auto& request = std::get<CallRequest>(rendered);
  EXPECT_THAT(request.dynamic_variables,
              ElementsAre(Pair("company", "한빛보험"), Pair("customer", "홍길동"), Pair("greeting_name", "홍길동")));
  EXPECT_THAT(request.metadata,
              ElementsAre(Pair("crm_id", "7"), Pair("attempt_id", "01901234-5678-7102-8304-05060708090a")));
  EXPECT_EQ(request.agent_version, "production");
  EXPECT_EQ(request.from_number, "07011112222");
}

TEST(CallTemplate, ALeadWithoutAFieldIsNotRendered) {
  auto rendered = CallTemplate(campaign()).render(lead({"홍길동", std::nullopt}), "07011112222");
  ASSERT_TRUE(std::holds_alternative<MissingField>(rendered));
  EXPECT_EQ(std::get<MissingField>(rendered).field, "id");
}

}  // namespace
}  // namespace dialerd::campaign
