#include "daemon/import/lead_reader.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

namespace dialerd::daemon::import {
namespace {

LeadReader reader() {
  LeadLayout layout;
  layout.columns = {"number", "고객명", "note"};
  layout.number_column = 0;
  layout.fields = {{"name", 1, true}, {"note", 2, false}};
  return {layout, "KR"};
}

CsvRow row_of(std::vector<std::string_view> fields) {
  CsvRow row;
  row.number = 7;
  row.fields = std::move(fields);
  return row;
}

std::string fault_of(const CsvRow& row) {
  const auto read = reader().read(row);
  const auto* fault = std::get_if<RowFault>(&read);
  return fault == nullptr ? "none" : to_string(*fault);
}

std::string fields_of(std::vector<std::string_view> fields) {
  return std::get<storage::ImportRow>(reader().read(row_of(std::move(fields)))).fields_json;
}

TEST(LeadReader, MakesALead) {
  const auto read = reader().read(row_of({" 010-1234-5678 ", "\u3000김하늘 ", "a \"quoted\"\tnote\n"}));
  const auto& lead = std::get<storage::ImportRow>(read);
  EXPECT_EQ(lead.row_number, 7);
  EXPECT_EQ(lead.to_number, "01012345678");
  EXPECT_EQ(boost::json::parse(lead.fields_json),
            (boost::json::object{{"name", "김하늘"}, {"note", "a \"quoted\"\tnote"}}));
}

// An empty text is no value: a field that calls begin to need later must count as missing.
TEST(LeadReader, LeavesOutEmptyFields) { EXPECT_EQ(fields_of({"01012345678", "김하늘", " "}), R"({"name":"김하늘"})"); }

TEST(LeadReader, SaysWhatIsWrongWithARow) {
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "x"})), "none");
  EXPECT_EQ(fault_of(row_of({"", "Kim", "x"})), "the number is empty");
  EXPECT_EQ(fault_of(row_of({"abc", "Kim", "x"})), "not a phone number");
  EXPECT_EQ(fault_of(row_of({"010-0000-0000", "Kim", "x"})), "there is no such number in KR");
  EXPECT_EQ(fault_of(row_of({"+81 90-1234-5678", "Kim", "x"})), "the number belongs to another country than KR");
  EXPECT_EQ(fault_of(row_of({"02-123-4567 ext 3", "Kim", "x"})), "the number has an extension");
  EXPECT_EQ(fault_of(row_of({"01012345678", " \u00A0\u3000", "x"})), "the field 'name' (column '고객명') is empty");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim"})), "wrong number of columns: 2, and the header has 3");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "x", ""})), "wrong number of columns: 4, and the header has 3");
  EXPECT_EQ(fault_of(row_of({"01012345678", "\xB1\xE8", "x"})), "not UTF-8 text: column '고객명'");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "\xED\xA0\x80"})), "not UTF-8 text: column 'note'");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", std::string_view("a\0b", 3)})),
            "a control character: column 'note'");
  EXPECT_EQ(fault_of(row_of({"01012345678", "Kim", "a\x1b[31m"})), "a control character: column 'note'");

  EXPECT_EQ(fault_of(row_of({"01012345678", "김\uFFFD", "x"})), "a lost character (U+FFFD): column '고객명'");

  CsvRow unreadable = row_of({});
  unreadable.fault = CsvFault::unclosed_quote;
  EXPECT_EQ(fault_of(unreadable), "a quote is opened and not closed");
}

TEST(LeadReader, TrimsTheBlanksOfAllKeyboards) {
  EXPECT_EQ(trim(" \t\u00A0\u3000 a b \r\n"), "a b");
  EXPECT_EQ(trim("가"), "가");
  EXPECT_EQ(trim(" \u3000 "), "");
}

}  // namespace
}  // namespace dialerd::daemon::import
