#include "daemon/import/lead_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

config::LeadColumns columns(const std::string& number, const std::map<std::string, std::string>& fields) {
  config::LeadColumns mapping;
  mapping.number = number;
  mapping.fields = fields;
  return mapping;
}

const config::LeadColumns korean = columns("전화번호", {{"name", "고객명"}, {"due_date", "만기일"}});

std::vector<std::string> fields_of(const HeaderReading& reading) {
  std::vector<std::string> fields;
  for (const LeadField& field : reading.layout.value().fields) {
    fields.push_back(field.name + '@' + std::to_string(field.column) + (field.required ? "!" : ""));
  }
  return fields;
}

std::vector<std::string> problems_of(const std::vector<std::string>& columns, const config::LeadColumns& mapping,
                                     const std::vector<std::string>& required = {}) {
  const HeaderReading reading = read_header(columns, mapping, required);
  EXPECT_EQ(reading.layout.has_value(), reading.problems.empty());
  return reading.problems;
}

TEST(LeadLayout, MapsColumnsAndKeepsTheOthersUnderTheirName) {
  const HeaderReading reading =
      read_header({"고객번호", "고객명", "전화번호", "만기일"}, korean, {"due_date", "고객번호"});
  ASSERT_THAT(reading.problems, IsEmpty());
  EXPECT_EQ(reading.layout->number_column, 2U);
  EXPECT_THAT(fields_of(reading), ElementsAre("고객번호@0!", "name@1", "due_date@3!"));
}

TEST(LeadLayout, LetsOneColumnBeSeveralFieldsAndTheNumberAField) {
  const config::LeadColumns mapping = columns("tel", {{"a", "x"}, {"b", "x"}, {"phone", "tel"}});
  EXPECT_THAT(fields_of(read_header({"tel", "x"}, mapping, {})), ElementsAre("phone@0", "a@1", "b@1"));
}

TEST(LeadLayout, NamesWhatIsMissing) {
  EXPECT_THAT(problems_of({"고객명", "전화 번호", "만기일"}, korean),
              ElementsAre(AllOf(HasSubstr("no column '전화번호'"), HasSubstr("did you mean '전화 번호'?"))));
  EXPECT_THAT(problems_of({"a", "b"}, korean),
              ElementsAre(HasSubstr("the number to call"), HasSubstr("the field 'due_date'"),
                          AllOf(HasSubstr("the field 'name'"), HasSubstr("a, b"))));
  EXPECT_THAT(problems_of({"고객명", "전화번호", "만기일"}, korean, {"product"}),
              ElementsAre(AllOf(HasSubstr("need the field 'product'"), HasSubstr("--map product=COLUMN"))));
}

TEST(LeadLayout, RefusesAHeaderThatCanBeReadTwoWays) {
  EXPECT_THAT(problems_of({"number", "a", "a"}, {}), ElementsAre(HasSubstr("'a' twice")));
  EXPECT_THAT(problems_of({"number", "", "a"}, {}), ElementsAre(HasSubstr("column 2 has no name")));
  EXPECT_THAT(problems_of({"number", "name", "customer"}, columns("number", {{"name", "customer"}})),
              ElementsAre(HasSubstr("would both be the field 'name'")));
}

TEST(LeadLayout, KeepsColumnsWithAMeaningOfTheirOwnOutOfTheFields) {
  config::LeadColumns mapping;
  mapping.number = "tel";
  mapping.alternates = {"tel3", "tel2"};
  mapping.timezone = "tz";
  mapping.consent_at = "agreed";
  mapping.consent_expires_at = "agreed until";
  mapping.night_consent = "night";
  mapping.call_at = "callback";
  mapping.expires_at = "until";
  mapping.fields = {{"callback_time", "callback"}};  // for the agent to mention
  const HeaderReading reading = read_header(
      {"tel", "tel2", "tel3", "tz", "agreed", "agreed until", "night", "callback", "until", "x"}, mapping, {});
  ASSERT_THAT(reading.problems, IsEmpty());
  EXPECT_THAT(fields_of(reading), ElementsAre("callback_time@7", "x@9"));
  EXPECT_THAT(reading.layout->alternate_columns, ElementsAre(2U, 1U));
  EXPECT_EQ(reading.layout->timezone_column, 3U);
  EXPECT_EQ(reading.layout->consent_at_column, 4U);
  EXPECT_EQ(reading.layout->consent_expires_at_column, 5U);
  EXPECT_EQ(reading.layout->night_consent_column, 6U);
  EXPECT_EQ(reading.layout->call_at_column, 7U);
  EXPECT_EQ(reading.layout->expires_at_column, 8U);
}

// A consent that is mapped and not read would be a consent that is not asked for.
TEST(LeadLayout, MissesEachColumnThatIsMapped) {
  config::LeadColumns mapping;
  mapping.alternates = {"b", "number"};
  mapping.timezone = "c";
  mapping.consent_at = "d";
  mapping.consent_expires_at = "e";
  mapping.night_consent = "f";
  mapping.call_at = "g";
  mapping.expires_at = "h";
  EXPECT_THAT(problems_of({"number"}, mapping),
              ElementsAre(HasSubstr("'b' (a further number of the lead)"), HasSubstr("'c' (the lead's timezone)"),
                          HasSubstr("'d'"), HasSubstr("'e'"), HasSubstr("'f'"), HasSubstr("'g'"), HasSubstr("'h'")));
}

// What stands in front of the rows of a rejects file does not become part of the lead.
TEST(LeadLayout, LeavesOutTheColumnsOfARejectsFile) {
  EXPECT_THAT(fields_of(read_header({"rejected_row", "rejected_reason", "number", "a"}, {}, {})), ElementsAre("a@3"));
}

}  // namespace
}  // namespace dialerd::daemon::import
