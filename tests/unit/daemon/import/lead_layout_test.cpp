#include "daemon/import/lead_layout.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const config::LeadColumns korean = {"전화번호", {{"name", "고객명"}, {"due_date", "만기일"}}};

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
  const config::LeadColumns mapping = {"tel", {{"a", "x"}, {"b", "x"}, {"phone", "tel"}}};
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
  EXPECT_THAT(problems_of({"number", "name", "customer"}, {"number", {{"name", "customer"}}}),
              ElementsAre(HasSubstr("would both be the field 'name'")));
}

// What stands in front of the rows of a rejects file does not become part of the lead.
TEST(LeadLayout, LeavesOutTheColumnsOfARejectsFile) {
  EXPECT_THAT(fields_of(read_header({"rejected_row", "rejected_reason", "number", "a"}, {}, {})), ElementsAre("a@3"));
}

}  // namespace
}  // namespace dialerd::daemon::import
